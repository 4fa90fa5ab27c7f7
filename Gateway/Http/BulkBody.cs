using System.Buffers;
using System.Text.Json;

namespace NexusActors.Http;

/// <summary>Reads one item of a bulk request. It notes faults in its own result, so that one bad item does not spoil the others.</summary>
/// <param name="index">Position among the items, from 0.</param>
/// <param name="json">The item's own text, valid only during the call.</param>
internal delegate void ReadItem(int index, ReadOnlyMemory<byte> json);

/// <summary>
/// Reads the items of a bulk body while it arrives: a JSON array, or one JSON value per line (NDJSON). Nothing but the item at hand is held.
/// A body that is broken as a whole (not an array, cut off, an item above the limit of ordinary bodies) is refused as a whole.
/// </summary>
internal sealed class BulkBody
{
    /// <summary>Media type of one JSON value per line.</summary>
    public const string LinesMediaType = "application/x-ndjson";

    private const int SkipDepthMax = 1_000;
    private static readonly JsonReaderOptions SkipOptions = new() { MaxDepth = SkipDepthMax };

    private readonly GatewayOptions _limits;
    private readonly ReadItem _read;
    private readonly bool _lines;
    private Expect _expect = Expect.Open;
    private int _count;

    private enum Expect
    {
        Open, FirstItem, Item, Comma, End,
    }

    private BulkBody(GatewayOptions limits, ReadItem read, bool lines)
    {
        _limits = limits;
        _read = read;
        _lines = lines;
    }

    /// <summary>Reads the whole body item by item.</summary>
    /// <returns>How many items there were.</returns>
    public static async Task<int> ReadAsync(HttpContext http, GatewayOptions limits, ReadItem read)
    {
        var body = new BulkBody(limits, read, LinesOf(http.Request));
        var pipe = http.Request.BodyReader;
        while (true)
        {
            var result = await pipe.ReadAsync(http.RequestAborted);
            var rest = result.Buffer.End;
            try { rest = body.Consume(result.Buffer, result.IsCompleted); }
            finally { pipe.AdvanceTo(rest, result.Buffer.End); }               // also after a fault: what is left half read would cost the connection
            if (result.IsCompleted) { return body._count; }
        }
    }

    private static bool LinesOf(HttpRequest request)
    {
        if (JsonBody.IsJson(request.ContentType)) { return false; }
        var type = request.ContentType?.Split(';')[0].Trim();
        return type is LinesMediaType or "application/ndjson" or "application/jsonl" ? true
            : throw new RequestException(StatusCodes.Status415UnsupportedMediaType, $"the media type '{request.ContentType}' is not known here; send application/json (an array) or {LinesMediaType} (one object per line)");
    }

    private SequencePosition Consume(in ReadOnlySequence<byte> buffer, bool final)
    {
        var rest = buffer;
        while (_lines ? TryLine(ref rest, final) : TryArray(ref rest, final))
        {
        }
        if (rest.Length > _limits.BodyBytesMax) { throw TooLarge(); }
        if (final && !_lines && _expect != Expect.End)
        {
            throw new InputException(JsonBody.Field, _expect == Expect.Open && _count == 0 ? "a body is required: a JSON array" : "the JSON array is not closed");
        }
        return rest.Start;
    }

    private bool TryLine(ref ReadOnlySequence<byte> rest, bool final)
    {
        if (rest.IsEmpty) { return false; }
        var end = rest.PositionOf((byte)'\n');
        if (end is null && !final) { return false; }
        var line = end is { } position ? rest.Slice(0, position) : rest;
        rest = end is { } found ? rest.Slice(rest.GetPosition(1, found)) : rest.Slice(rest.End);
        if (!IsBlank(line)) { Take(line); }
        return true;
    }

    private bool TryArray(ref ReadOnlySequence<byte> rest, bool final)
    {
        rest = SkipBlank(rest);
        if (rest.IsEmpty) { return false; }
        var next = rest.FirstSpan[0];
        switch (_expect)
        {
            case Expect.Open when next == '[':
                _expect = Expect.FirstItem;
                break;
            case Expect.FirstItem or Expect.Comma when next == ']':
                _expect = Expect.End;
                break;
            case Expect.Comma when next == ',':
                _expect = Expect.Item;
                break;
            case Expect.FirstItem or Expect.Item:
                return TryItem(ref rest, final);
            default:
                throw new InputException(JsonBody.Field, _expect == Expect.Open ? "a JSON array is expected" : $"not valid JSON after item {_count - 1}");
        }
        rest = rest.Slice(1);
        return true;
    }

    private bool TryItem(ref ReadOnlySequence<byte> rest, bool final)
    {
        try
        {
            var reader = new Utf8JsonReader(rest, final, new JsonReaderState(SkipOptions));
            if (!reader.Read() || !reader.TrySkip()) { return false; }
            Take(rest.Slice(0, reader.Position));
            rest = rest.Slice(reader.Position);
            _expect = Expect.Comma;
            return true;
        }
        catch (JsonException malformed)
        {
            throw new InputException(JsonBody.Field, $"item {_count}: {JsonBody.Describe(malformed)}");
        }
    }

    private void Take(in ReadOnlySequence<byte> item)
    {
        if (item.Length > _limits.BodyBytesMax) { throw TooLarge(); }
        if (_count >= _limits.BulkItemsMax) { throw new RequestException(StatusCodes.Status413PayloadTooLarge, $"a bulk request has at most {_limits.BulkItemsMax} items"); }
        if (item.IsSingleSegment)
        {
            _read(_count++, item.First);
            return;
        }
        var rented = ArrayPool<byte>.Shared.Rent((int)item.Length);
        try
        {
            item.CopyTo(rented);
            _read(_count++, rented.AsMemory(0, (int)item.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private RequestException TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, $"item {_count} is larger than {_limits.BodyBytesMax} bytes");

    private static bool IsBlank(in ReadOnlySequence<byte> text) => SkipBlank(text).IsEmpty;

    private static ReadOnlySequence<byte> SkipBlank(ReadOnlySequence<byte> text)
    {
        while (!text.IsEmpty)
        {
            var span = text.FirstSpan;
            var start = span.IndexOfAnyExcept(" \t\r\n"u8);
            if (start >= 0) { return text.Slice(start); }
            text = text.Slice(span.Length);
        }
        return text;
    }
}
