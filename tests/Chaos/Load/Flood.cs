using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace NexusActors.Chaos.Load;

/// <summary>One answer of a flood.</summary>
/// <param name="End">Seconds of the run.</param>
/// <param name="Took">Seconds.</param>
/// <param name="Status">HTTP status; 0: none came.</param>
/// <param name="Read">Whether it is to a read, not to a submit.</param>
internal readonly record struct FloodAnswer(double End, double Took, int Status, bool Read);

/// <summary>
/// Requests beyond those of the usual load, half of them submits of single tasks, half reads, none repeated: from so many callers that each wait for an answer, or as so many in each second whether
/// they are answered or not.
/// </summary>
internal sealed class Flood(GatewayPool gateways, Workforce workforce, Notebook notebook, Random chance) : IDisposable
{
    /// <summary>More sockets than that are more than one process may have.</summary>
    private const int OnTheWayMax = 4096;

    private const double SubmitShare = 0.5, TickSeconds = 0.01;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromMilliseconds(200);
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10) }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Lock _gate = new();
    private int _next, _onTheWay;

    /// <summary>Callers that send the next request when the last one is answered, and pause where it is refused.</summary>
    /// <returns>All answers.</returns>
    public async Task<IReadOnlyCollection<FloodAnswer>> ClosedAsync(int callers, double seconds, CancellationToken cancellation)
    {
        var answers = new ConcurrentBag<FloodAnswer>();
        var until = notebook.Time.Now + seconds;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync, cancellation)));
        return answers;

        async Task CallAsync()
        {
            while (notebook.Time.Now < until)
            {
                var answer = await SendAsync(cancellation);
                answers.Add(answer);
                if (answer.Status == (int)HttpStatusCode.ServiceUnavailable) { await Task.Delay(Pause, cancellation); }
            }
        }
    }

    /// <summary>So many requests in each second, evenly; none while <see cref="OnTheWayMax"/> are not answered.</summary>
    /// <returns>All answers.</returns>
    public async Task<IReadOnlyCollection<FloodAnswer>> OpenAsync(double perSecond, double seconds, CancellationToken cancellation)
    {
        var sent = new List<Task<FloodAnswer>>();
        var (start, due) = (notebook.Time.Now, 0);
        for (double now; (now = notebook.Time.Now - start) < seconds; await Task.Delay(TimeSpan.FromSeconds(TickSeconds), cancellation))
        {
            for (; due < perSecond * now; due++)
            {
                if (Volatile.Read(ref _onTheWay) < OnTheWayMax) { sent.Add(Task.Run(() => SendAsync(cancellation), cancellation)); }
            }
        }
        return await Task.WhenAll(sent);
    }

    public void Dispose() => _http.Dispose();

    private async Task<FloodAnswer> SendAsync(CancellationToken cancellation)
    {
        var (request, tasks) = Make();
        using var _ = request;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var start = notebook.Time.Now;
        var status = 0;
        Interlocked.Increment(ref _onTheWay);
        try
        {
            using var answer = await _http.SendAsync(request, limit.Token);
            status = (int)answer.StatusCode;
            if (answer.IsSuccessStatusCode) { workforce.Book.Acknowledge(tasks); }
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException || (lost is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // Nobody repeats it: what became of it is not known.
        }
        finally
        {
            Interlocked.Decrement(ref _onTheWay);
        }
        return new(notebook.Time.Now, notebook.Time.Now - start, status, request.Method == HttpMethod.Get);
    }

    private (HttpRequestMessage Request, System.Collections.Immutable.ImmutableArray<Crash.SubmittedTask> Tasks) Make()
    {
        lock (_gate)
        {
            var address = gateways.Addresses[_next++ % gateways.Addresses.Length];
            if (chance.NextDouble() >= SubmitShare && workforce.Book.Any(chance) is { } task) { return (new(HttpMethod.Get, new Uri(address, $"tasks/{task.Id}")), []); }
            var tasks = workforce.Book.Make(workforce.Queues[chance.Next(workforce.Queues.Length)], 1, chance);
            var content = new StringContent(TaskBook.Body(tasks[0]).ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            return (new(HttpMethod.Post, new Uri(address, "tasks")) { Content = content }, tasks);
        }
    }
}
