using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Agents at work: lease, heartbeat, report.</summary>
internal static class LeaseEndpoints
{
    /// <summary>Longest time spent on giving back what a caller that is gone did not get.</summary>
    private static readonly TimeSpan GiveBackTimeout = TimeSpan.FromSeconds(5);

    public static void MapLeases(this IEndpointRouteBuilder routes)
    {
        var agents = routes.MapGroup("/agents/{id}").WithTags("Leases");
        agents.MapPost("/leases", LeaseAsync).Takes<LeaseBody>(optional: true).Named("LeaseTasks", "Ask for work, waiting for it if asked to",
            "204: there was nothing, the agent has no room, or it drains. A task given to a caller that has hung up goes back to its queue.")
            .Produces<LeasesResponse>().Produces(StatusCodes.Status204NoContent).Refuses(400, 404, 413, 415).NotCounted();
        agents.MapPost("/heartbeat", HeartbeatAsync).Takes<HeartbeatBody>(optional: true).Named("Heartbeat", "Give a sign of life: renews leases, brings progress, returns orders").Refuses(400, 404, 413, 415);
        agents.MapPost("/reports", ReportManyAsync).TakesMany<ReportBody>(routes.ServiceProvider).Named("ReportTasks", "Report on many leases at once",
            "Each report is answered for itself, in order. Repeating an accepted report gets its first answer.").Refuses(400, 404, 413, 415);

        var tasks = routes.MapGroup("/tasks/{id}").WithTags("Leases");
        tasks.MapPost("/complete", CompleteAsync).Takes<CompleteBody>().Named("CompleteTask", "Report a task as done")
            .Produces<TaskChanged>().Refuses(400, 404, 409, 413, 415);
        tasks.MapPost("/fail", FailAsync).Takes<FailBody>().Named("FailTask", "Report an attempt as failed")
            .Produces<TaskChanged>().Refuses(400, 404, 409, 413, 415);
        tasks.MapPost("/return", ReturnAsync).Takes<ReturnBody>().Named("ReturnTask", "Give a task back without counting a failure")
            .Produces<TaskChanged>().Refuses(400, 404, 409, 413, 415);
    }

    private static async Task<IResult> LeaseAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time, RemoteCalls calls, IHostApplicationLifetime process)
    {
        var agent = grains.GetGrain<IAgentGrain>(Ids.FromPath(http, "id", id));
        var request = await JsonBody.ReadOptionalAsync(http, LeaseInput.ReadLease);
        var leases = request.Wait > TimeSpan.Zero ? await WaitAsync(agent, request, http, time, calls, process) : await LeaseOnceAsync(agent, request, time, calls, CancellationToken.None);
        if (leases.IsDefaultOrEmpty) { return Results.NoContent(); }
        if (http.RequestAborted.IsCancellationRequested)
        {
            await agent.ReportAsync([.. leases.Select(GiveBack)], CancellationToken.None).OrLeaveAsync(GiveBackTimeout, time);
            return Results.Empty;
        }
        var views = new LeaseView[leases.Length];
        for (var i = 0; i < views.Length; i++) { views[i] = LeaseView.From(leases[i]); }
        return new JsonReply<LeasesResponse>(new() { Leases = views, Count = views.Length, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.LeasesResponse);
    }

    // A wait ends with its caller, and with the process, which then has nothing to give.
    private static async Task<ImmutableArray<LeasedTask>> WaitAsync(IAgentGrain agent, LeaseRequest request, HttpContext http, TimeProvider time, RemoteCalls calls, IHostApplicationLifetime process)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, process.ApplicationStopping);
        try
        {
            var left = request.Wait;
            while (true)
            {
                var slice = left < calls.SliceMax ? left : calls.SliceMax;
                var leases = ImmutableArray<LeasedTask>.Empty;
                try { leases = await LeaseOnceAsync(agent, request with { Wait = slice }, time, calls, ends.Token); }
                catch (TimeoutException) when (left > slice) { }                            // it went with its silo; the agent is asked anew, elsewhere
                left -= slice;
                if (!leases.IsDefaultOrEmpty || left <= TimeSpan.Zero) { return leases; }
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            return [];
        }
    }

    // Not repeated by itself: a lost call may have given out tasks. One that answers after all finds nobody, and its tasks go back.
    private static async Task<ImmutableArray<LeasedTask>> LeaseOnceAsync(IAgentGrain agent, LeaseRequest request, TimeProvider time, RemoteCalls calls, CancellationToken cancellation)
    {
        if (!calls.Remote) { return await agent.LeaseAsync(request, cancellation); }
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var call = agent.LeaseAsync(request, gone.Token);
        try
        {
            return await call.WaitAsync(calls.LimitOf(request.Wait), time, CancellationToken.None);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            await gone.CancelAsync();
            GiveBackLateAsync(agent, call).Ignore();
            throw;
        }
    }

    private static async Task GiveBackLateAsync(IAgentGrain agent, Task<ImmutableArray<LeasedTask>> late)
    {
        if (await late is { IsDefaultOrEmpty: false } leases) { await agent.ReportAsync([.. leases.Select(GiveBack)], CancellationToken.None); }
    }

    private static LeaseReport GiveBack(LeasedTask lease) => new()
    {
        TaskId = lease.Task.Spec.Id,
        Token = lease.Token,
        Verb = ReportVerb.GiveBack,
        ErrorMessage = "the caller that asked for it had gone",
    };

    private static async Task<JsonReply<HeartbeatResponse>> HeartbeatAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var agent = grains.GetGrain<IAgentGrain>(Ids.FromPath(http, "id", id));
        var heartbeat = await JsonBody.ReadOptionalAsync(http, LeaseInput.ReadHeartbeat);
        return new(HeartbeatResponse.From(await agent.HeartbeatAsync(heartbeat), time.GetUtcNow()), CoordinationJson.Wire.HeartbeatResponse);
    }

    private static async Task<JsonReply<ReportsResponse>> ReportManyAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time, RemoteCalls calls, IOptions<GatewayOptions> limits)
    {
        var agent = grains.GetGrain<IAgentGrain>(Ids.FromPath(http, "id", id));
        var items = new BulkItems<LeaseReport>();
        await BulkBody.ReadAsync(http, limits.Value, (_, json) => items.Add(json, LeaseInput.ReadReport));
        var replies = await calls.InPortionsAsync(items.Valid, portion => agent.ReportAsync(portion));
        var (next, accepted) = (0, 0);
        var results = new ReportResult[items.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = items.FaultsOf(i) is { } faults
                ? new() { TaskId = null, Error = faults.Text, Code = ProblemCodes.Invalid, Field = faults.Field }
                : ResultOf(replies[next++]);
            if (results[i].Error is null) { accepted++; }
        }
        return new(new() { Results = results, Accepted = accepted, Refused = results.Length - accepted, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.ReportsResponse);
    }

    private static ReportResult ResultOf(ReportReply reply)
    {
        var refused = reply.Error != NexusError.None;
        return new()
        {
            TaskId = reply.TaskId,
            Status = reply.Status == WorkStatus.None ? null : reply.Status,
            RetryAt = reply.RetryAt,
            Error = refused ? reply.Message ?? ProblemCodes.Title(ProblemCodes.Of(reply.Error).Code) : null,
            Code = refused ? ProblemCodes.Of(reply.Error).Code : null,
            Result = refused ? RawJson.From(reply.ResultJson) : null,
        };
    }

    private static Task<IResult> CompleteAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time) =>
        ReportAsync(id, http, grains, time, ReportOutcome.Complete, "Task completed");

    private static Task<IResult> FailAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time) =>
        ReportAsync(id, http, grains, time, ReportOutcome.Fail, "Failure noted");

    private static Task<IResult> ReturnAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time) =>
        ReportAsync(id, http, grains, time, ReportOutcome.Return, "Task given back");

    private static async Task<IResult> ReportAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time, ReportOutcome outcome, string message)
    {
        Ids.FromPath(http, "id", id);
        var (agentId, report) = await JsonBody.ReadAsync(http, input => LeaseInput.ReadSingle(input, id, outcome));
        var reply = (await grains.GetGrain<IAgentGrain>(agentId).ReportAsync([report]))[0];
        if (reply.Error == NexusError.None)
        {
            return new JsonReply<TaskChanged>(new() { Message = message, TaskId = id, Status = reply.Status, RetryAt = reply.RetryAt, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.TaskChanged);
        }
        var problem = RefusalHandler.Translate(new NexusException(reply.Error, reply.Message ?? $"the report on task '{id}' was refused"), time.GetUtcNow());
        return new ProblemReply(problem with
        {
            TaskStatus = WireName<WorkStatus>.Of(reply.Status),
            TaskResult = RawJson.From(reply.ResultJson),
        });
    }
}
