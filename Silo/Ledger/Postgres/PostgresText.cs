using System.Text;

namespace NexusActors.Ledger.Postgres;

/// <summary>
/// Text as PostgreSQL can hold it: it knows neither U+0000 nor halves of surrogate pairs. U+0000 is written as two characters and read back; a half that has lost the other becomes U+FFFD, as in UTF-8.
/// All other text stands as it is.
/// </summary>
internal static class PostgresText
{
    private const char Mark = '\uE000', Nul = '0';

    /// <summary>Text for a column.</summary>
    public static string? Write(string? text)
    {
        if (text is null) { return null; }
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0) { text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)); }
        return text.AsSpan().IndexOfAny('\0', Mark) < 0 ? text : text.Replace($"{Mark}", $"{Mark}{Mark}", StringComparison.Ordinal).Replace("\0", $"{Mark}{Nul}", StringComparison.Ordinal);
    }

    /// <summary>Text of a column.</summary>
    public static string Read(string text)
    {
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0) { return text; }
        var plain = new StringBuilder(text.Length).Append(text, 0, at);
        for (; at < text.Length; at++)
        {
            if (text[at] != Mark || at + 1 == text.Length) { plain.Append(text[at]); }
            else { plain.Append(text[++at] == Nul ? '\0' : text[at]); }
        }
        return plain.ToString();
    }
}
