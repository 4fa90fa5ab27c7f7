using System.Globalization;
using System.Text;

namespace NexusActors.Http;

/// <summary>
/// The rule for ids and names that stand in a path. '/' is not allowed, because servers and proxies do not agree on what <c>%2F</c> in a path means.
/// </summary>
internal static class Ids
{
    /// <summary>Longest id in characters.</summary>
    public const int LengthMax = 200;

    /// <summary>What a caller is told to send.</summary>
    public const string Expected = "1–200 printable characters without '/', not only spaces, and not '.' or '..'";

    /// <summary>Whether a text can be an id.</summary>
    public static bool IsValid(ReadOnlySpan<char> id) =>
        id.Length is >= 1 and <= LengthMax && id is not "." and not ".." && !id.Contains('/') && IsPrintable(id) && !id.IsWhiteSpace();

    /// <summary>Whether every character can be printed: no control characters, no line separators, no half surrogate pairs.</summary>
    public static bool IsPrintable(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyExceptInRange(' ', '~')) { return true; }
        while (text.Length > 0)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) != System.Buffers.OperationStatus.Done) { return false; }
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) { return false; }
            text = text[consumed..];
        }
        return true;
    }

    /// <summary>
    /// An id as it stood in the path. Kestrel decodes every escape but <c>%2F</c>, so an id that still holds one is either an encoded slash (refused)
    /// or the id's own text <c>%2F</c> that was sent as <c>%252F</c>; only the raw target tells them apart.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="field">Name of the member that the caller knows it by.</param>
    /// <param name="id">The value of the route.</param>
    public static string FromPath(HttpContext http, string field, string id)
    {
        var slash = id.Contains("%2F", StringComparison.OrdinalIgnoreCase)
            && http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Contains("%2F", StringComparison.OrdinalIgnoreCase);
        return !slash && IsValid(id) ? id : throw new InputException(field, $"{field} must be {Expected}");
    }
}
