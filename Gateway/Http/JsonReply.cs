using System.Buffers;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace NexusActors.Http;

/// <summary>A JSON answer written by generated code, in one piece with its length.</summary>
/// <typeparam name="T">The contract.</typeparam>
/// <param name="value">What to send.</param>
/// <param name="type">How to write it.</param>
internal sealed class JsonReply<T>(T value, JsonTypeInfo<T> type) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext) => ReplyBuffer.SendAsync(httpContext.Response, value, type);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
}

/// <summary>A JSON answer of any length: it goes out in pieces while it is written.</summary>
/// <typeparam name="T">The contract.</typeparam>
/// <param name="value">What to send.</param>
/// <param name="type">How to write it.</param>
internal sealed class JsonListReply<T>(T value, JsonTypeInfo<T> type) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = ReplyBuffer.MediaType;
        return JsonSerializer.SerializeAsync(httpContext.Response.BodyWriter, value, type, httpContext.RequestAborted);
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
}

/// <summary>One reused buffer and writer for each thread; nothing is awaited between taking and leaving them.</summary>
internal static class ReplyBuffer
{
    /// <summary>Content type of an ordinary answer.</summary>
    public const string MediaType = "application/json; charset=utf-8";

    private const int KeptBytesMax = 64 * 1024;

    [ThreadStatic] private static ArrayBufferWriter<byte>? t_bytes;
    [ThreadStatic] private static Utf8JsonWriter? t_writer;

    /// <summary>Writes the value whole, then gives it to the response with its length.</summary>
    public static Task SendAsync<T>(HttpResponse response, T value, JsonTypeInfo<T> type)
    {
        var bytes = t_bytes ??= new ArrayBufferWriter<byte>(1024);
        var writer = t_writer ??= new Utf8JsonWriter(bytes, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        try
        {
            writer.Reset(bytes);
            JsonSerializer.Serialize(writer, value, type);
            writer.Flush();
            response.ContentType = MediaType;
            response.ContentLength = bytes.WrittenCount;
            response.BodyWriter.Write(bytes.WrittenSpan);
        }
        finally
        {
            if (bytes.Capacity > KeptBytesMax) { t_bytes = null; }
            else { bytes.ResetWrittenCount(); }
        }
        return response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted).AsTask();
    }
}
