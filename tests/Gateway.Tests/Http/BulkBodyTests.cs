using System.IO.Pipelines;
using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace NexusActors.Http;

/// <summary>Bulk bodies item by item, in whatever pieces they arrive.</summary>
public sealed class BulkBodyTests
{
    private static readonly GatewayOptions Limits = new() { BodyBytesMax = 1024, BulkItemsMax = 100 };

    private static async Task<List<string>> ReadAsync(string body, string type = "application/json", int piece = int.MaxValue)
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = type;
        var pipe = new Pipe();
        http.Features.Set<IRequestBodyPipeFeature>(new BodyPipe(pipe.Reader));
        var items = new List<string>();
        var reading = BulkBody.ReadAsync(http, Limits, (index, json) =>
        {
            Assert.Equal(items.Count, index);
            items.Add(Encoding.UTF8.GetString(json.Span));
        });
        foreach (var part in Encoding.UTF8.GetBytes(body).Chunk(Math.Min(piece, Math.Max(1, body.Length * 4))))
        {
            await pipe.Writer.WriteAsync(part);
        }
        await pipe.Writer.CompleteAsync();
        var count = await reading;
        Assert.Equal(items.Count, count);
        return items;
    }

    private sealed record BodyPipe(PipeReader Reader) : IRequestBodyPipeFeature;

    [Theory, InlineData(1), InlineData(3), InlineData(int.MaxValue)]
    public async Task Read_Array_GivesEachItem(int piece) =>
        Assert.Equal(["""{"a":[1,{"b":2}]}""", "12", "\"x,]\"", "null", "[]"], await ReadAsync(""" [ {"a":[1,{"b":2}]} , 12,"x,]",null , [] ] """, piece: piece));

    [Theory, InlineData(1), InlineData(4), InlineData(int.MaxValue)]
    public async Task Read_Lines_GivesEachThatIsNotBlank(int piece) =>
        Assert.Equal(["{\"a\":1}\r", "broken", "{\"b\":2}"], await ReadAsync("{\"a\":1}\r\n\n  \nbroken\n{\"b\":2}", "application/x-ndjson", piece));

    [Theory, InlineData("[]"), InlineData(" [ ] ")]
    public async Task Read_EmptyArray_GivesNone(string body) => Assert.Empty(await ReadAsync(body));

    [Theory]
    [InlineData("", "a body is required: a JSON array"), InlineData("{}", "a JSON array is expected"), InlineData("[1", "the JSON array is not closed"), InlineData("[1,", "the JSON array is not closed"),
        InlineData("[1 2]", "not valid JSON after item 0"), InlineData("[1]x", "not valid JSON after item 0")]
    public async Task Read_NotAnArray_IsRefusedAsAWhole(string body, string text)
    {
        var refused = await Assert.ThrowsAsync<InputException>(() => ReadAsync(body));
        Assert.Equal(text, refused.Message);
    }

    [Theory, InlineData("[1,]"), InlineData("[,1]"), InlineData("[{]"), InlineData("[tru]"), InlineData("[NaN]")]
    public async Task Read_BrokenItem_NamesIt(string body)
    {
        var refused = await Assert.ThrowsAsync<InputException>(() => ReadAsync(body));
        Assert.StartsWith("item ", refused.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("application/json", "[1,\"{0}\"]", 3), InlineData("application/x-ndjson", "1\n\"{0}\"\n", 3), InlineData("application/x-ndjson", "1\n\"{0}", 700)]
    public async Task Read_HugeItem_IsRefused(string type, string form, int piece)
    {
        var refused = await Assert.ThrowsAsync<RequestException>(() => ReadAsync(form.Replace("{0}", new string('x', 5000), StringComparison.Ordinal), type, piece));
        Assert.Equal((413, "item 1 is larger than 1024 bytes"), (refused.Status, refused.Message));
    }

    [Fact]
    public async Task Read_TooManyItems_IsRefused()
    {
        Assert.Equal(100, (await ReadAsync($"[{string.Join(',', Enumerable.Repeat("0", 100))}]")).Count);
        var refused = await Assert.ThrowsAsync<RequestException>(() => ReadAsync($"[{string.Join(',', Enumerable.Repeat("0", 101))}]"));
        Assert.Equal(413, refused.Status);
    }

    [Theory, InlineData(null), InlineData("text/plain"), InlineData("application/json; charset=latin1")]
    public async Task Read_OtherMediaType_IsRefused(string? type)
    {
        var refused = await Assert.ThrowsAsync<RequestException>(() => ReadAsync("[]", type!));
        Assert.Equal(415, refused.Status);
    }

    [Fact]
    public async Task Read_AnyItemsInAnyPieces_GivesThemInOrder() =>
        await Gen.Select(Gen.Int.Array[0, 30], Gen.Int[1, 50], Gen.Bool).SampleAsync(async (numbers, piece, lines) =>
        {
            string[] items = [.. numbers.Select(number => $$"""{"n":{{number}},"s":"a\nb,\"]é"}""")];
            var body = lines ? string.Join('\n', items) : $"[{string.Join(", ", items)}]";
            return items.SequenceEqual(await ReadAsync(body, lines ? "application/x-ndjson" : "application/json", piece));
        }, iter: 200);
}
