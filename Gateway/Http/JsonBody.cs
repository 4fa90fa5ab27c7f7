using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;

namespace NexusActors.Http;

/// <summary>Reads a function's input from a JSON object.</summary>
internal delegate T ReadInput<out T>(JsonInput input);

/// <summary>Reads the JSON body of an ordinary request: whole, strict, once, straight from the connection's buffer.</summary>
internal static class JsonBody
{
    /// <summary>The member named by a fault of the body as a whole.</summary>
    public const string Field = "body";

    /// <summary>Media type of an ordinary body.</summary>
    public const string MediaType = "application/json";

    /// <summary>Deepest nesting.</summary>
    public const int DepthMax = 32;

    /// <summary>An object without members.</summary>
    public static JsonElement EmptyObject { get; } = JsonDocument.Parse("{}").RootElement;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = DepthMax, AllowDuplicateProperties = false };

    /// <summary>Reads a body that must be there. Throws <see cref="InputException"/> with every fault.</summary>
    public static async ValueTask<T> ReadAsync<T>(HttpContext http, ReadInput<T> read) => (await ReadAsync(http, read, optional: false, hashed: false)).Input;

    /// <summary>Reads a body that may be left out; it then counts as an object without members.</summary>
    public static async ValueTask<T> ReadOptionalAsync<T>(HttpContext http, ReadInput<T> read) => (await ReadAsync(http, read, optional: true, hashed: false)).Input;

    /// <summary>Reads a body that must be there, and its SHA-256 in hex where that is asked for.</summary>
    public static ValueTask<(T Input, string? Hash)> ReadHashedAsync<T>(HttpContext http, ReadInput<T> read, bool hashed) => ReadAsync(http, read, optional: false, hashed);

    /// <summary>Parses one JSON text and reads it; faults are noted, not thrown.</summary>
    public static T? Parse<T>(ReadOnlyMemory<byte> text, ReadInput<T> read, InputFaults faults) where T : class
    {
        try
        {
            if (!Utf8.IsValid(text.Span)) { throw new InputException(Field, "the JSON must be valid UTF-8"); }
            using var document = Open(text);
            var input = read(JsonInput.Of(document.RootElement, "", faults));
            return faults.Count == 0 ? input : null;
        }
        catch (JsonException malformed) { faults.Add(Field, Describe(malformed)); }
        catch (InputException wrong) { faults.Add(Field, wrong.Message); }
        return null;
    }

    /// <summary>What to tell a caller who sent the wrong media type.</summary>
    public static string WrongMediaType(HttpRequest request) =>
        $"the media type '{request.ContentType}' is not known here; send the body as application/json in UTF-8";

    /// <summary>Whether a content type says JSON in UTF-8 (<c>application/json</c> or <c>…+json</c>).</summary>
    public static bool IsJson(string? contentType)
    {
        if (contentType is null) { return false; }
        if (contentType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)) { return true; }
        return Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue || Microsoft.Net.Http.Headers.HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    private static async ValueTask<(T Input, string? Hash)> ReadAsync<T>(HttpContext http, ReadInput<T> read, bool optional, bool hashed)
    {
        var pipe = http.Request.BodyReader;
        ReadResult result;
        while (true)
        {
            result = await pipe.ReadAsync(http.RequestAborted);
            if (result.IsCompleted) { break; }
            pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
        try
        {
            return Read(http.Request, result.Buffer, read, optional, hashed);
        }
        finally
        {
            pipe.AdvanceTo(result.Buffer.End);
        }
    }

    private static (T Input, string? Hash) Read<T>(HttpRequest request, in ReadOnlySequence<byte> body, ReadInput<T> read, bool optional, bool hashed)
    {
        if (body.IsEmpty)
        {
            return optional ? (Finish(EmptyObject, read), null) : throw new InputException(Field, "a body is required: a JSON object");
        }
        if (!IsJson(request.ContentType)) { throw new RequestException(StatusCodes.Status415UnsupportedMediaType, WrongMediaType(request)); }
        if (body.IsSingleSegment) { return Read(body.First, read, hashed); }
        var rented = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            body.CopyTo(rented);
            return Read(rented.AsMemory(0, (int)body.Length), read, hashed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static (T Input, string? Hash) Read<T>(ReadOnlyMemory<byte> body, ReadInput<T> read, bool hashed)
    {
        if (!Utf8.IsValid(body.Span)) { throw new InputException(Field, "the JSON must be valid UTF-8"); }
        try
        {
            using var document = Open(body);
            return (Finish(document.RootElement, read), hashed ? Convert.ToHexStringLower(SHA256.HashData(body.Span)) : null);
        }
        catch (JsonException malformed)
        {
            throw new InputException(Field, Describe(malformed));
        }
    }

    private static JsonDocument Open(ReadOnlyMemory<byte> text)
    {
        try { return JsonDocument.Parse(text, Strict); }
        catch (InvalidOperationException) { throw new InputException(Field, "not valid JSON: the name of a member is not valid Unicode"); }   // met while looking for duplicates
    }

    private static T Finish<T>(JsonElement root, ReadInput<T> read)
    {
        var faults = new InputFaults();
        var input = read(JsonInput.Of(root, "", faults));
        faults.ThrowIfAny();
        return input;
    }

    /// <summary>The parser's words without its habit of repeating the position.</summary>
    internal static string Describe(JsonException malformed)
    {
        var text = malformed.Message;
        var end = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (end >= 0) { text = text[..end]; }
        return malformed.LineNumber is { } line
            ? $"not valid JSON at line {line + 1}, byte {malformed.BytePositionInLine + 1}: {text}"
            : $"not valid JSON: {text}";
    }
}
