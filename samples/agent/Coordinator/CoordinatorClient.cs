using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NexusActors.Samples.Agent;

/// <summary>A refusal that a repeat will not change.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">The coordinator's short code (<c>lease_lost</c>), if it gave one.</param>
/// <param name="message">The coordinator's text.</param>
internal sealed class CoordinatorException(HttpStatusCode status, string? code, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
    public string? Code { get; } = code;
}

/// <summary>
/// The coordinator's routes for agents. Every call is safe to repeat, so connection loss, 429 and 5xx are retried
/// until they succeed or the caller gives up; other refusals are thrown at once.
/// </summary>
/// <param name="http">Client whose base address is the coordinator.</param>
/// <param name="backoff">Waits between repeats.</param>
/// <param name="time">Clock for those waits.</param>
/// <param name="notice">Told of each failed try, in a sentence.</param>
internal sealed class CoordinatorClient(HttpClient http, Backoff backoff, TimeProvider time, Action<string> notice)
{
    /// <summary>How long the coordinator may take beyond the wait that was asked for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Registers. An id that is taken is refused, unless it was this call that took it and its answer was lost on the way.</summary>
    public async Task RegisterAsync(Registration registration, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(HttpMethod.Post, "agents", Body(registration, WireJson.Default.Registration), TimeSpan.Zero, cancellation);
        }
        catch (CoordinatorException refusal) when (refusal.Status == HttpStatusCode.BadRequest)
        {
            if (await FindAsync(registration.Id, cancellation) is not { } known || !known.Capabilities.ToHashSet().SetEquals(registration.Capabilities))
            {
                throw;
            }
        }
    }

    /// <summary>Null where the coordinator does not know the agent.</summary>
    public async Task<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancellation)
    {
        try
        {
            var text = await SendAsync(HttpMethod.Get, Agent(agentId, ""), null, TimeSpan.Zero, cancellation);
            return JsonSerializer.Deserialize(text, WireJson.Default.RegisteredAgent);
        }
        catch (CoordinatorException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Deregisters; an agent that is not there any more is as good.</summary>
    public async Task DeregisterAsync(string agentId, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, Agent(agentId, ""), null, TimeSpan.Zero, cancellation);
        }
        catch (CoordinatorException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            // gone already
        }
    }

    public Task DrainAsync(string agentId, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, Agent(agentId, "/drain"), null, TimeSpan.Zero, cancellation);

    public Task ResumeAsync(string agentId, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, Agent(agentId, "/resume"), null, TimeSpan.Zero, cancellation);

    /// <summary>Up to <paramref name="max"/> tasks; waits up to <paramref name="wait"/> for the first. Empty: there is nothing.</summary>
    public async Task<LeaseAnswer> LeaseAsync(string agentId, int max, TimeSpan wait, CancellationToken cancellation)
    {
        var text = await SendAsync(HttpMethod.Post, Agent(agentId, "/leases"), Body(new LeaseAsk(max, wait.TotalSeconds), WireJson.Default.LeaseAsk), wait, cancellation);
        return text.Length == 0 ? new LeaseAnswer() : Read(text, WireJson.Default.LeaseAnswer);
    }

    public async Task<HeartbeatAnswer> HeartbeatAsync(string agentId, IReadOnlyList<LeaseState> leases, CancellationToken cancellation) =>
        Read(await SendAsync(HttpMethod.Post, Agent(agentId, "/heartbeat"), Body(new HeartbeatAsk(leases), WireJson.Default.HeartbeatAsk), TimeSpan.Zero, cancellation), WireJson.Default.HeartbeatAnswer);

    /// <summary>Reports many attempts in one call; the answers come in the order of the reports.</summary>
    public async Task<ReportsAnswer> ReportAsync(string agentId, IReadOnlyList<Report> reports, CancellationToken cancellation) =>
        Read(await SendAsync(HttpMethod.Post, Agent(agentId, "/reports"), Body(reports, WireJson.Default.IReadOnlyListReport), TimeSpan.Zero, cancellation), WireJson.Default.ReportsAnswer);

    private static string Agent(string id, string rest) => $"agents/{Uri.EscapeDataString(id)}{rest}";

    private static byte[] Body<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private static T Read<T>(byte[] text, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(text, type) ?? throw new JsonException("The coordinator answered null.");

    private async Task<byte[]> SendAsync(HttpMethod method, string path, byte[]? body, TimeSpan wait, CancellationToken cancellation)
    {
        for (var repeat = 1; ; repeat++)
        {
            TimeSpan? asked = null;
            string trouble;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(wait + Patience);
            try
            {
                using var request = new HttpRequestMessage(method, path);
                if (body is not null)
                {
                    request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
                }
                using var response = await http.SendAsync(request, limit.Token);
                var text = await response.Content.ReadAsByteArrayAsync(limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return text;
                }
                var problem = ReadProblem(text);
                var said = problem.Error ?? response.ReasonPhrase ?? "no reason given";
                if ((int)response.StatusCode < 500 && response.StatusCode != HttpStatusCode.TooManyRequests)
                {
                    throw new CoordinatorException(response.StatusCode, problem.Code, said);
                }
                asked = response.Headers.RetryAfter?.Delta;
                trouble = $"{(int)response.StatusCode} {said}";
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException || (lost is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                trouble = lost is OperationCanceledException ? "no answer in time" : lost.Message;
            }
            var pause = backoff.Wait(repeat, asked);
            notice($"{method} /{path}: {trouble}; again in {pause.TotalSeconds:F1} s");
            await Task.Delay(pause, time, cancellation);
        }
    }

    private static Problem ReadProblem(byte[] text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, WireJson.Default.Problem) ?? new Problem();
        }
        catch (JsonException)
        {
            return new Problem();   // a proxy's error page: the status says enough
        }
    }
}
