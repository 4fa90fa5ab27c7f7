using System.Buffers.Binary;
using System.Buffers.Text;

namespace NexusActors.Http;

/// <summary>Where the next page of a list starts, as a word that callers hand back unread.</summary>
internal static class PageCursor
{
    /// <summary>The word for a position; null for 0: there is no next page.</summary>
    public static string? Of(long position)
    {
        if (position <= 0) { return null; }
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The position in a query; 0 where there is none or it is no word of ours, and then the fault is noted.</summary>
    public static long Read(QueryInput query, string name = "cursor")
    {
        if (query.Word(name) is not { } text) { return 0; }
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        if (text.Length == Base64Url.GetEncodedLength(sizeof(long)) && Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == sizeof(long)
            && BinaryPrimitives.ReadInt64BigEndian(bytes) is > 0 and var position)
        {
            return position;
        }
        query.Bad(name, "the next_cursor of an earlier page");
        return 0;
    }
}
