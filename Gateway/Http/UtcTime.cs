using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NexusActors.Http;

/// <summary>Times on the wire: RFC 3339, written in UTC with Z and microseconds.</summary>
internal static class UtcTime
{
    /// <summary>What a caller is told to send.</summary>
    public const string Expected = "an RFC 3339 time such as 2030-05-01T12:00:00Z";

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd't'HH:mm:ss.FFFFFFF'z'",
    ];

    /// <summary>Reads a time with an offset, or without one as UTC, as the original clients send it.</summary>
    public static bool TryParse(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    /// <summary>Writes a time as 27 bytes: <c>2030-05-01T12:00:00.123456Z</c>.</summary>
    public static int Format(DateTimeOffset time, Span<byte> target)
    {
        Utf8Formatter.TryFormat(time.UtcDateTime, target, out _, new('O'));   // 2030-05-01T12:00:00.1234567Z
        target[26] = (byte)'Z';
        return 27;
    }
}

/// <summary>Writes times as <see cref="UtcTime"/> says.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text && UtcTime.TryParse(text, out var time) ? time : throw new JsonException("not " + UtcTime.Expected);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[32];
        writer.WriteStringValue(text[..UtcTime.Format(value, text)]);
    }
}
