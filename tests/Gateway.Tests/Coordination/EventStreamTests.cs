using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NexusActors.Hosting;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>The stream of events: resume, filter, limits.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class EventStreamTests(EmbeddedFixture service)
{
    private sealed record Event(long Id, string Type, JsonElement Data);

    private sealed class Stream(HttpResponseMessage answer, StreamReader reader) : IDisposable
    {
        public HttpResponseMessage Answer => answer;

        private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));

        public async Task<string> LineAsync() => await reader.ReadLineAsync(_limit.Token) ?? throw new EndOfStreamException();

        public async Task<Event> NextAsync()
        {
            while (true)
            {
                var line = await LineAsync();
                if (!line.StartsWith("id: ", StringComparison.Ordinal)) { continue; }
                var (type, data) = (await LineAsync(), await LineAsync());
                Assert.Equal("", await LineAsync());
                Assert.StartsWith("event: ", type, StringComparison.Ordinal);
                Assert.StartsWith("data: ", data, StringComparison.Ordinal);
                return new(long.Parse(line[4..], CultureInfo.InvariantCulture), type[7..], JsonDocument.Parse(data[6..]).RootElement);
            }
        }

        public void Dispose()
        {
            _limit.Dispose();
            reader.Dispose();
            answer.Dispose();
        }
    }

    private Client Http => service.Coordination;

    // Places of streams that were closed just now come back a moment later.
    private async Task<Stream> OpenAsync(string query, long? last = null)
    {
        Stream? open = null;
        await Until.TrueAsync(async () =>
        {
            open = await TryOpenAsync(query, last);
            if (open.Answer.StatusCode != HttpStatusCode.TooManyRequests) { return true; }
            open.Dispose();
            return false;
        }, "a place for a stream");
        return open!;
    }

    private async Task<Stream> TryOpenAsync(string query, long? last = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events" + query);
        if (last is { } id) { request.Headers.TryAddWithoutValidation("Last-Event-ID", $"{id}"); }
        var answer = await Http.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    [Fact]
    public async Task Stream_WithoutPosition_StartsNow()
    {
        var queue = await Http.QueueAsync();
        await Http.TaskAsync(queue);
        using var stream = await OpenAsync($"?queue={queue}");
        Assert.Equal("text/event-stream", stream.Answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith(":", await stream.LineAsync(), StringComparison.Ordinal);
        var task = await Http.TaskAsync(queue);
        var one = await stream.NextAsync();
        Assert.Equal(("task.submitted", task), (one.Type, one.Data.Text("task_id")));
        Assert.Equal(["seq", "at", "type", "task_id", "agent_id", "queue", "data"], one.Data.Names());
        Assert.Equal(one.Id, one.Data.GetProperty("seq").GetInt64());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Stream_Resumed_MissesNothingAndRepeatsNothing(bool byHeader)
    {
        var queue = await Http.QueueAsync();
        string[] tasks = [await Http.TaskAsync(queue), await Http.TaskAsync(queue), await Http.TaskAsync(queue)];
        long last;
        using (var first = await OpenAsync($"?after=0&queue={queue}&type=task.*"))
        {
            var one = await first.NextAsync();
            Assert.Equal(tasks[0], one.Data.Text("task_id"));
            last = one.Id;
        }
        using var stream = await OpenAsync($"?queue={queue}&type=task.*" + (byHeader ? "" : $"&after={last}"), byHeader ? last : null);
        Assert.Equal(tasks[1], (await stream.NextAsync()).Data.Text("task_id"));
        Assert.Equal(tasks[2], (await stream.NextAsync()).Data.Text("task_id"));
    }

    [Fact]
    public async Task Stream_Filtered_GivesOnlyWhatMatches()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        var (one, two) = (await Http.TaskAsync(queue), await Http.TaskAsync(queue));
        await Http.LeaseAsync(agent);
        (await Http.PostAsync($"/tasks/{two}/cancel")).Ok();
        using (var stream = await OpenAsync($"?after=0&task={two}"))
        {
            Assert.Equal("task.submitted", (await stream.NextAsync()).Type);
            Assert.Equal("task.cancelled", (await stream.NextAsync()).Type);
        }
        using (var stream = await OpenAsync($"?after=0&agent={agent}&type=task.assigned,agent.deregistered"))
        {
            var assigned = await stream.NextAsync();
            Assert.Equal(one, assigned.Data.Text("task_id"));
        }
    }

    [Fact]
    public async Task Stream_Idle_StaysOpenByComments()
    {
        using var stream = await OpenAsync($"?queue={Api.NewId("quiet")}");
        var comments = 0;
        while (comments < 4)
        {
            if ((await stream.LineAsync()).StartsWith(':')) { comments++; }
        }
    }

    [Fact]
    public async Task Stream_TextWithLineEnds_StaysOneEvent()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        var task = await Http.TaskAsync(queue);
        var (_, token) = await Http.LeaseAsync(agent);
        (await Http.PostAsync($"/tasks/{task}/fail", $$"""{"agent_id":"{{agent}}","lease_token":"{{token}}","error_message":"line\r\nline\n\nid: 7","retryable":false}""")).Ok();
        using var stream = await OpenAsync($"?after=0&task={task}");
        Assert.Equal("task.submitted", (await stream.NextAsync()).Type);
        await stream.NextAsync();
        Assert.Equal("task.failed", (await stream.NextAsync()).Type);
    }

    [Fact]
    public async Task Stream_BeyondTheLimit_Is429AndAPlaceComesBack()
    {
        var open = new List<Stream>();
        try
        {
            while (open.Count < 5) { open.Add(await OpenAsync("")); }
            var refused = await Http.GetAsync("/events");
            await refused.RefusedAsync(HttpStatusCode.TooManyRequests, "limit_reached");
            Assert.NotNull(refused.Raw.Headers.RetryAfter);
        }
        finally
        {
            foreach (var stream in open) { stream.Dispose(); }
        }
        using var again = await OpenAsync("");
        Assert.Equal(HttpStatusCode.OK, again.Answer.StatusCode);
    }

    [Fact]
    public async Task Stream_BehindWhatWasTrimmed_SaysSoAndGoesOnWithWhatIsKept()
    {
        await using var own = new OwnService();
        await own.Service.InitializeAsync();
        var http = own.Service.Coordination;
        var (ended, open) = (await http.TaskAsync(), await http.TaskAsync());
        (await http.PostAsync($"/tasks/{ended}/cancel")).Ok();
        var whole = (await http.GetAsync($"/tasks/{ended}/history")).Ok();
        Assert.Equal((2, false), (whole.GetProperty("count").GetInt32(), whole.GetProperty("trimmed").GetBoolean()));
        var last = whole.GetProperty("events")[1].GetProperty("seq").GetInt64();

        await own.Service.Services.GetRequiredService<ILedgerRetention>().TrimAsync(new(DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, 0, 1000));

        var gone = (await http.GetAsync($"/tasks/{ended}/history")).Ok();
        Assert.Equal((0, true), (gone.GetProperty("count").GetInt32(), gone.GetProperty("trimmed").GetBoolean()));
        Assert.False((await http.GetAsync($"/tasks/{open}/history")).Ok().GetProperty("trimmed").GetBoolean());
        Assert.Equal("cancelled", (await http.GetAsync($"/tasks/{ended}")).Ok().Text("status"));
        foreach (var filter in new[] { "", $"&task={open}" })
        {
            using var answer = await http.Http.GetAsync("/events?after=0" + filter, HttpCompletionOption.ResponseHeadersRead);
            using var stream = new Stream(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
            Assert.StartsWith(":", await stream.LineAsync(), StringComparison.Ordinal);
            Assert.StartsWith("retry:", await stream.LineAsync(), StringComparison.Ordinal);
            Assert.Equal("", await stream.LineAsync());
            Assert.Equal("event: events.trimmed", await stream.LineAsync());
            Assert.Equal($$"""data: {"from":1,"to":{{last}}}""", await stream.LineAsync());
            Assert.Equal(("task.submitted", open), await stream.NextAsync() is var kept ? (kept.Type, kept.Data.Text("task_id")) : default);
            var later = await http.TaskAsync(more: $$""","dependencies":["{{open}}"]""");
            if (filter.Length == 0) { Assert.Equal(later, (await stream.NextAsync()).Data.Text("task_id")); }
        }
    }

    /// <summary>A service whose facts are nobody else's.</summary>
    private sealed class OwnService : IAsyncDisposable
    {
        public EmbeddedFixture Service { get; } = new();

        public async ValueTask DisposeAsync() => await Service.DisposeAsync();
    }

    [Theory, InlineData("?after=-1", "after"), InlineData("?after=x", "after"), InlineData("?after=99999999999999999999", "after"), InlineData("?task=a/b", "task"), InlineData("?tsak=x", "tsak")]
    public async Task Stream_BadQuery_Is400(string query, string field) => await (await Http.GetAsync("/events" + query)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    [Fact]
    public async Task Stream_BadLastEventId_Is400() => await (await Http.GetAsync("/events", ("Last-Event-ID", "x"))).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "Last-Event-ID");
}
