using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>The stream of everything that happens, as server-sent events.</summary>
internal static class EventEndpoints
{
    private const int PageMax = 500;
    private const int TypesMax = 50;
    private const long Newest = -1;
    private const int LostMax = 3;
    private const string ResumeHeader = "Last-Event-ID";

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/events", StreamAsync).WithTags("Events").Named("StreamEvents", "Follow everything that happens",
            "Server-sent events: id is the position, event the type, data a JSON object. Starts now; with the header Last-Event-ID or the query after, behind that position (0: from the beginning). A comment keeps an idle stream open. Where events behind the position were removed because they are old, an event events.trimmed without id says so (from, to), and the stream goes on with those that are kept.")
            .WithMetadata(new QueryContract("after", "Position to start behind; 0: from the beginning", typeof(long)))
            .WithMetadata(new QueryContract("task", "Only of this task", typeof(string)))
            .WithMetadata(new QueryContract("agent", "Only of this agent", typeof(string)))
            .WithMetadata(new QueryContract("queue", "Only of this queue", typeof(string)))
            .WithMetadata(new QueryContract("type", "Only of these types, or of types that begin so (task.*); repeated or with commas", typeof(string)))
            .Produces<EventResponse>(StatusCodes.Status200OK, "text/event-stream").Refuses(400, 429).NotCounted();

    private static async Task StreamAsync(HttpContext http, IGrainFactory grains, StreamGate gate, RemoteCalls calls, TimeProvider time, IOptions<GatewayOptions> options, IHostApplicationLifetime process, ILoggerFactory logs)
    {
        var (after, filter) = Read(http.Request);
        using var place = gate.Enter();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, process.ApplicationStopping);
        var feed = grains.GetGrain<IEventFeedGrain>(0);
        var position = after ?? (await feed.ReadAsync(Newest, filter, 1, TimeSpan.Zero, ends.Token).OrLeaveAsync(calls.LimitOf(TimeSpan.Zero), time, ends.Token)).NextAfter;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await WriteAsync(http, ": events follow\nretry: 2000\n\n"u8, ends.Token);
            var (told, lost) = (0L, 0);
            var wait = options.Value.StreamHeartbeat < calls.SliceMax ? options.Value.StreamHeartbeat : calls.SliceMax;
            while (!ends.IsCancellationRequested)
            {
                // The wait is left, not cancelled: a cancellation sent to a stateless worker wakes another activation and makes the end of a silo wait for it.
                EventPage page;
                try { page = await feed.ReadAsync(position, filter, PageMax, wait, CancellationToken.None).OrLeaveAsync(calls.LimitOf(wait), time, ends.Token); }
                catch (TimeoutException) when (calls.Remote && ++lost < LostMax) { continue; }      // it went with its silo; another one reads on from the same position
                lost = 0;
                if (page.TrimmedUpTo > told)
                {
                    WriteTrimmed(http.Response.BodyWriter, position, told = page.TrimmedUpTo);
                }
                position = page.NextAfter;
                foreach (var one in page.Events)
                {
                    Write(http.Response.BodyWriter, one);
                }
                if (page.Events.IsDefaultOrEmpty) { await WriteAsync(http, ": still here\n\n"u8, ends.Token); }
                else { await http.Response.BodyWriter.FlushAsync(ends.Token); }
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The reader has gone, or the process stops: the stream ends here, and can be resumed at its last id.
        }
        catch (Exception broken) when (broken is NexusException or TimeoutException or OrleansException or OperationCanceledException)
        {
            logs.CreateLogger(typeof(EventEndpoints)).StreamBroken(broken);      // headers are out: the reader comes back with its last id
        }
    }

    private static (long? After, EventFilter Filter) Read(HttpRequest request)
    {
        var query = new QueryInput(request, "after", "task", "agent", "queue", "type");
        var after = query.Position("after");
        if (request.Headers[ResumeHeader] is [{ Length: > 0 } resumed])
        {
            if (long.TryParse(resumed, System.Globalization.NumberStyles.None, null, out var position)) { after = position; }
            else { query.Bad(ResumeHeader, "the id of an earlier event"); }
        }
        var filter = new EventFilter { TaskId = query.Id("task"), AgentId = query.Id("agent"), Queue = query.Id("queue"), Types = query.Words("type", TypesMax) };
        query.Faults.ThrowIfAny();
        return (after, filter);
    }

    private static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> text, CancellationToken cancellation) =>
        await http.Response.BodyWriter.WriteAsync(text, cancellation);

    private static Task WriteAsync(HttpContext http, ReadOnlySpan<byte> text, CancellationToken cancellation) => WriteAsync(http, text.ToArray().AsMemory(), cancellation);

    /// <summary>Says that events are missing. It has no id: a reader that comes back asks for what follows the last event that it has seen.</summary>
    private static void WriteTrimmed(IBufferWriter<byte> target, long after, long upTo)
    {
        target.Write("event: events.trimmed\ndata: "u8);
        target.Write(JsonSerializer.SerializeToUtf8Bytes(new TrimmedResponse { From = after + 1, To = upTo }, CoordinationJson.Wire.TrimmedResponse));
        target.Write("\n\n"u8);
    }

    /// <summary>Writes one event. Line ends inside the data are white space between JSON tokens, and would end the field.</summary>
    internal static void Write(IBufferWriter<byte> target, EventView one)
    {
        target.Write("id: "u8);
        Span<byte> number = stackalloc byte[20];
        Utf8Formatter.TryFormat(one.Seq, number, out var digits);
        target.Write(number[..digits]);
        target.Write("\nevent: "u8);
        target.Write(Encoding.UTF8.GetBytes(one.Type));
        target.Write("\ndata: "u8);
        var data = JsonSerializer.SerializeToUtf8Bytes(EventResponse.From(one), CoordinationJson.Wire.EventResponse);
        data.AsSpan().Replace((byte)'\n', (byte)' ');
        data.AsSpan().Replace((byte)'\r', (byte)' ');
        target.Write(data);
        target.Write("\n\n"u8);
    }
}

internal static partial class CoordinationHttpLog
{
    [LoggerMessage(1, LogLevel.Warning, "An event stream ended early: storage or cluster did not answer")]
    public static partial void StreamBroken(this ILogger log, Exception exception);
}
