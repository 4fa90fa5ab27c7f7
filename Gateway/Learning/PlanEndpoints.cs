using System.Text;
using Microsoft.AspNetCore.Mvc;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Strategic plans over HTTP.</summary>
internal static class PlanEndpoints
{
    /// <summary>Longest wait for a plan; after it the caller gets 202, and the planning goes on.</summary>
    private static readonly TimeSpan PlanWaitMax = TimeSpan.FromMinutes(10);

    /// <summary>One question of that wait.</summary>
    private static readonly TimeSpan SliceMax = TimeSpan.FromSeconds(10);

    public static void MapPlans(this IEndpointRouteBuilder routes)
    {
        var plans = routes.MapGroup("").WithTags("Plans");
        plans.MapPost("/strategic-plans", MakeAsync).Takes<StrategicPlanRequest>().Named("MakeStrategicPlan", "Plan goals under constraints",
            "Constraints that cannot be kept do not refuse the request: the plan names each in breaches, with the smallest change that would do. The same id with the same request again is answered with the same plan.")
            .Produces<StrategicPlanReply>(StatusCodes.Status202Accepted).Refuses(400, 413, 415).NotCounted();
        plans.MapGet("/strategic-plans", ListAsync).Named("ListStrategicPlans", "List plans, newest first")
            .WithMetadata(new QueryContract("limit", "How many at most, 1–100; 20 where not given", typeof(int)))
            .WithMetadata(new QueryContract("cursor", "next_cursor of the page before", typeof(string)))
            .Refuses(400);
        plans.MapGet("/strategic-plans/{plan_id}", GetAsync).Named("GetStrategicPlan", "Read a plan, or how far it is",
            "While the first version is being planned the members that belong to a schedule are null; while a further one is, the newest that is ready is shown. Planning that a crash interrupted is taken up again by this read.")
            .WithMetadata(new QueryContract("version", "Which version; the newest where not given", typeof(int)))
            .WithMetadata(new QueryContract("wait_seconds", "Where it is being planned: how long to wait for the plan, 0–60; 0 where not given", typeof(int)))
            .Refuses(400, 404).NotCounted();
        plans.MapPost("/strategic-plans/{plan_id}/replan", ReplanAsync).Takes<ReplanRequest>(optional: true).Named("ReplanStrategicPlan", "Plan anew with what has happened and changed",
            "Goals that are reached keep their dates, those in progress go on, the rest is scheduled anew from a day on. Makes the next version.")
            .Produces<StrategicPlanReply>(StatusCodes.Status202Accepted).Refuses(400, 404, 409, 413, 415, 429).NotCounted();
        plans.MapGet("/strategic-plans/{plan_id}/criteria", CriteriaAsync).Named("GetPlanCriteria", "Compare success criteria with what is measured")
            .WithMetadata(new QueryContract("version", "Which version; the newest where not given", typeof(int)))
            .Refuses(400, 404, 409);
        plans.MapGet("/strategic-plans/{plan_id}/export", ExportAsync).Named("ExportStrategicPlan", "Download a plan as table, calendar or chart")
            .WithMetadata(new QueryContract("format", "csv where not given", typeof(PlanFormat)))
            .WithMetadata(new QueryContract("version", "Which version; the newest where not given", typeof(int)))
            .Produces<string>(StatusCodes.Status200OK, "text/csv", "text/calendar", "application/vnd.mermaid").Refuses(400, 404, 409);
    }

    private static async Task<JsonReply<StrategicPlanReply>> MakeAsync(HttpContext http, IGrainFactory grains, TimeProvider time, RemoteCalls calls, IHostApplicationLifetime process, CancellationToken cancellation)
    {
        var input = await JsonBody.ReadAsync(http, PlanInput.ReadSpec);
        var plan = grains.GetGrain<IPlanGrain>(input.Id ?? Ulid.NewUlid(time.GetUtcNow()).ToString());
        return await AnswerAsync(http, plan, await plan.MakeAsync(input.Spec, cancellation), input.Wait, time, calls, process, cancellation);
    }

    private static async Task<JsonReply<StrategicPlanReply>> ReplanAsync(HttpContext http, [FromRoute(Name = "plan_id")] string id, IGrainFactory grains, TimeProvider time, RemoteCalls calls, IHostApplicationLifetime process, CancellationToken cancellation)
    {
        var plan = Plan(http, grains, id);
        var (change, wait) = await JsonBody.ReadOptionalAsync(http, PlanInput.ReadChange);
        return await AnswerAsync(http, plan, await plan.ReviseAsync(change, cancellation), wait, time, calls, process, cancellation);
    }

    private static async Task<JsonReply<StrategicPlanReply>> AnswerAsync(
        HttpContext http, IPlanGrain plan, PlanReply reply, bool wait, TimeProvider time, RemoteCalls calls, IHostApplicationLifetime process, CancellationToken cancellation)
    {
        PlanInput.ThrowIfAny(reply.Faults);
        var view = reply.View ?? throw new InvalidOperationException("a plan without faults has no view");
        if (wait) { view = await WaitAsync(plan, view, PlanWaitMax, time, calls, process, cancellation); }
        if (view.Status == PlanStatus.Planning)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = $"/strategic-plans/{Uri.EscapeDataString(view.Id)}";
        }
        return Reply(view, time);
    }

    /// <summary>
    /// Asks in slices, so that a silo that dies holds up the caller for no longer than one; the next is answered elsewhere, where the planning is taken up again. A process that stops does not wait.
    /// </summary>
    private static async Task<PlanView> WaitAsync(IPlanGrain plan, PlanView view, TimeSpan max, TimeProvider time, RemoteCalls calls, IHostApplicationLifetime process, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, process.ApplicationStopping);
        var longest = SliceMax < calls.SliceMax ? SliceMax : calls.SliceMax;
        for (var started = time.GetTimestamp(); view.Status == PlanStatus.Planning && max - time.GetElapsedTime(started) is var left && left > TimeSpan.Zero;)
        {
            var slice = left < longest ? left : longest;
            var asked = plan.GetAsync(0, slice, ends.Token);
            try { view = await (calls.Remote ? asked.WaitAsync(calls.LimitOf(slice), time, ends.Token) : asked) ?? view; }
            catch (TimeoutException) when (calls.Remote && left > slice) { asked.Ignore(); }
            catch (Exception ended) when (ended is OperationCanceledException or OrleansException && process.ApplicationStopping.IsCancellationRequested && !cancellation.IsCancellationRequested) { return view; }
        }
        return view;
    }

    private static async Task<JsonReply<StrategicPlanReply>> GetAsync(HttpContext http, [FromRoute(Name = "plan_id")] string id, IGrainFactory grains, TimeProvider time, RemoteCalls calls, IHostApplicationLifetime process, CancellationToken cancellation)
    {
        var plan = Plan(http, grains, id);
        var (version, wait) = PlanInput.ReadView(http.Request);
        var view = await plan.GetAsync(version, TimeSpan.Zero, cancellation) ?? throw Missing(id, version);
        if (wait > TimeSpan.Zero && view.Status == PlanStatus.Planning)
        {
            var newest = await WaitAsync(plan, view, wait, time, calls, process, cancellation);
            view = version == 0 ? newest : await plan.GetAsync(version, TimeSpan.Zero, cancellation) ?? throw Missing(id, version);
        }
        return Reply(view, time);
    }

    private static async Task<JsonReply<PlansResponse>> ListAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var (before, limit) = PlanInput.ReadPage(http.Request);
        var page = await grains.GetGrain<IPlanCatalogGrain>(0).ListAsync(before, limit, cancellation);
        return new(new() { StrategicPlans = page.Plans, Count = page.Plans.Length, NextCursor = PageCursor.Of(page.NextBeforeSeq), Timestamp = time.GetUtcNow() }, PlanWireJson.Wire.PlansResponse);
    }

    private static async Task<JsonReply<CriteriaResponse>> CriteriaAsync(HttpContext http, [FromRoute(Name = "plan_id")] string id, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var plan = Plan(http, grains, id);
        var version = PlanInput.ReadVersion(http.Request);
        var found = await plan.CriteriaAsync(version, cancellation) ?? throw Missing(id, version);
        return new(CriteriaResponse.From(id, found, time.GetUtcNow()), PlanWireJson.Wire.CriteriaResponse);
    }

    private static async Task<IResult> ExportAsync(HttpContext http, [FromRoute(Name = "plan_id")] string id, IGrainFactory grains, CancellationToken cancellation)
    {
        var plan = Plan(http, grains, id);
        var (version, format) = PlanInput.ReadExport(http.Request);
        var found = await plan.ExportAsync(version, format, cancellation) ?? throw Missing(id, version);
        var (type, ending) = format switch
        {
            PlanFormat.Csv => ("text/csv; charset=utf-8; header=present", "csv"),
            PlanFormat.Ics => ("text/calendar; charset=utf-8; method=PUBLISH", "ics"),
            _ => ("application/vnd.mermaid; charset=utf-8", "mmd"),
        };
        return Results.File(Encoding.UTF8.GetBytes(found.Text), type, $"{id}-v{found.Version}.{ending}");
    }

    private static IPlanGrain Plan(HttpContext http, IGrainFactory grains, string id) => grains.GetGrain<IPlanGrain>(Ids.FromPath(http, "plan_id", id));

    private static JsonReply<StrategicPlanReply> Reply(PlanView view, TimeProvider time) => new(new() { StrategicPlan = StrategicPlanResponse.From(view), Timestamp = time.GetUtcNow() }, PlanWireJson.Wire.StrategicPlanReply);

    private static NexusException Missing(string id, int version) => version == 0
        ? new(NexusError.NotFound, $"there is no plan '{id}'", "plan_id")
        : new(NexusError.NotFound, $"there is no plan '{id}' with a version {version}", "version");
}
