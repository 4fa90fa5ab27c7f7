using System.Buffers;
using System.Text;
using System.Text.Json;

namespace NexusActors.Coordination;

/// <summary>Writes the details of an event as JSON text; absent values are left out.</summary>
internal ref struct EventData
{
    [ThreadStatic] private static ArrayBufferWriter<byte>? t_buffer;
    [ThreadStatic] private static Utf8JsonWriter? t_writer;

    private readonly Utf8JsonWriter _writer;

    /// <summary>Starts an object. One at a time per thread.</summary>
    public EventData()
    {
        t_buffer ??= new(512);
        t_writer ??= new(t_buffer);
        t_buffer.ResetWrittenCount();
        t_writer.Reset(t_buffer);
        _writer = t_writer;
        _writer.WriteStartObject();
    }

    public readonly EventData With(string name, string? value)
    {
        if (value is not null) { _writer.WriteString(name, value); }
        return this;
    }

    public readonly EventData With(string name, long value)
    {
        _writer.WriteNumber(name, value);
        return this;
    }

    public readonly EventData With(string name, double? value)
    {
        if (value is { } number) { _writer.WriteNumber(name, number); }
        return this;
    }

    public readonly EventData With(string name, bool value)
    {
        _writer.WriteBoolean(name, value);
        return this;
    }

    public readonly EventData With(string name, DateTimeOffset? value)
    {
        if (value is { } at) { _writer.WriteString(name, at.UtcDateTime); }
        return this;
    }

    public readonly EventData With(string name, IEnumerable<string> values)
    {
        _writer.WriteStartArray(name);
        foreach (var value in values) { _writer.WriteStringValue(value); }
        _writer.WriteEndArray();
        return this;
    }

    /// <summary>Adds the members of another object, given as JSON text.</summary>
    public readonly EventData Raw(string name, string? json)
    {
        if (json is not null)
        {
            _writer.WritePropertyName(name);
            _writer.WriteRawValue(json, skipInputValidation: true);
        }
        return this;
    }

    /// <summary>The JSON text.</summary>
    public readonly string Json()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        return Encoding.UTF8.GetString(t_buffer!.WrittenSpan);
    }
}
