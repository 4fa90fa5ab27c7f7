using Microsoft.AspNetCore.Mvc;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Decisions over HTTP: make one, look back, tell how it turned out, and the policies that learn from that.</summary>
internal static class DecisionEndpoints
{
    /// <summary>Maps their routes.</summary>
    public static void MapDecisions(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/decisions").WithTags("Decisions");
        api.MapPost("", DecideAsync).Takes<DecisionBody>()
            .Named("MakeDecision", "Choose among actions, and say why", "The answer comes when it is on disk. The same request under the same id gets the first answer; another one under it is refused. Where every action breaks a constraint the refusal says which comes nearest, and what would admit it.")
            .Refuses(400, 413, 415, 422);
        api.MapGet("", ListAsync)
            .Named("ListDecisions", "Find decisions, newest first", "All filters that are given must match.")
            .WithMetadata(new QueryContract("scenario_type", "About this", typeof(ScenarioType)))
            .WithMetadata(new QueryContract("outcome_known", "Whether the outcome was told", typeof(bool)))
            .WithMetadata(new QueryContract("limit", "How many at most, 1–500; 100 where not given", typeof(int)))
            .WithMetadata(new QueryContract("cursor", "next_cursor of the page before", typeof(string)))
            .Refuses(400);
        api.MapGet("/confidence", ConfidenceAsync)
            .Named("GetDecisionConfidence", "Compare stated confidence with outcomes", "Reliability tables over 15 bins, expected calibration error and Brier score of the newest 20,000 outcomes: as stated, and before calibration. What a policy chose against the ranking is not among them.").Refuses();
        api.MapGet("/{decision_id}", GetAsync).Named("GetDecision", "Read one decision").Refuses(400, 404);
        api.MapPost("/{decision_id}/outcome", ReportAsync).Takes<OutcomeBody>()
            .Named("ReportDecisionOutcome", "Tell how a decision turned out", "Stores an experience in the decision's stream, calibrates confidence and teaches the policy that was asked. The same outcome again changes nothing; another one is refused.")
            .Refuses(400, 404, 409, 413, 415);
        api.MapGet("/policies", ListPoliciesAsync).Named("ListDecisionPolicies", "List policies by name").Refuses();
        api.MapGet("/policies/{name}", GetPolicyAsync)
            .Named("GetDecisionPolicy", "Read a policy, and what others would have cost in its place", "Inverse propensity score, self-normalised, and doubly robust, each with its 95 % interval, over decisions in which any action could have been answered.").Refuses(400, 404);
        api.MapPut("/policies/{name}", PutPolicyAsync).Takes<PolicyBody>()
            .Named("PutDecisionPolicy", "Let a policy answer, or only look on", "shadow: the ranking's choice is answered and the policy's is kept beside it. live: the policy's choice is answered in the given share of decisions.").Refuses(400, 413, 415);
    }

    private static async Task<JsonReply<DecisionResponse>> DecideAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (id, request) = await JsonBody.ReadAsync(http, input => DecisionInput.Read(input, now));
        var decision = await grains.GetGrain<IDecisionGrain>(id).DecideAsync(request, cancellation);
        return new(new() { DecisionResult = DecisionResultView.From(decision), Timestamp = time.GetUtcNow() }, DecisionWireJson.Wire.DecisionResponse);
    }

    private static async Task<JsonListReply<DecisionsResponse>> ListAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var page = await Catalog(grains).ListAsync(DecisionInput.ReadFilter(http.Request), cancellation);
        return new(new()
        {
            Decisions = [.. page.Decisions.Select(DecisionItem.From)],
            Count = page.Decisions.Length,
            NextCursor = PageCursor.Of(page.NextBeforeSeq),
            Timestamp = time.GetUtcNow(),
        }, DecisionWireJson.Wire.DecisionsResponse);
    }

    private static async Task<JsonReply<ConfidenceResponse>> ConfidenceAsync(IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var overview = await grains.GetGrain<IDecisionConfidenceGrain>(0).ReportAsync(cancellation);
        return new(new() { All = OverallConfidence.From(overview.All), Scenarios = overview.Scenarios, Timestamp = time.GetUtcNow() }, DecisionWireJson.Wire.ConfidenceResponse);
    }

    private static async Task<JsonReply<DecisionView>> GetAsync(HttpContext http, [FromRoute(Name = "decision_id")] string id, IGrainFactory grains, TimeProvider time, CancellationToken cancellation) =>
        await Catalog(grains).GetAsync(Ids.FromPath(http, "decision_id", id), cancellation) is { } decision
            ? new(DecisionView.From(decision, time.GetUtcNow()), DecisionWireJson.Wire.DecisionView)
            : throw new NexusException(NexusError.NotFound, $"there is no decision '{id}'", "decision_id");

    private static async Task<JsonReply<OutcomeRecorded>> ReportAsync(HttpContext http, [FromRoute(Name = "decision_id")] string id, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var grain = grains.GetGrain<IDecisionGrain>(Ids.FromPath(http, "decision_id", id));
        var outcome = await JsonBody.ReadAsync(http, DecisionInput.ReadOutcome);
        await grain.ReportAsync(outcome, cancellation);
        return new(new() { Message = "Outcome recorded", DecisionId = id, ExperienceId = "decision:" + id, Timestamp = time.GetUtcNow() }, DecisionWireJson.Wire.OutcomeRecorded);
    }

    private static async Task<JsonListReply<PoliciesResponse>> ListPoliciesAsync(IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var policies = await Catalog(grains).PoliciesAsync(cancellation);
        return new(new()
        {
            Policies = [.. policies.Select(policy => new PolicyItem { Name = policy.Name, Mode = policy.Settings.Mode, Share = policy.Settings.Share, CreatedAt = policy.CreatedAt, UpdatedAt = policy.UpdatedAt })],
            Count = policies.Length,
            Timestamp = time.GetUtcNow(),
        }, DecisionWireJson.Wire.PoliciesResponse);
    }

    private static async Task<JsonReply<PolicyResponse>> GetPolicyAsync(string name, HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation) =>
        await Policy(grains, http, name).GetAsync(cancellation) is { } policy
            ? new(PolicyResponse.From(policy, time.GetUtcNow()), DecisionWireJson.Wire.PolicyResponse)
            : throw new NexusException(NexusError.NotFound, $"there is no policy '{name}'", "name");

    private static async Task<JsonReply<PolicyResponse>> PutPolicyAsync(string name, HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var policy = Policy(grains, http, name);
        var settings = await JsonBody.ReadAsync(http, DecisionInput.ReadPolicy);
        return new(PolicyResponse.From(await policy.ConfigureAsync(settings, cancellation), time.GetUtcNow()), DecisionWireJson.Wire.PolicyResponse);
    }

    private static IDecisionCatalogGrain Catalog(IGrainFactory grains) => grains.GetGrain<IDecisionCatalogGrain>(0);

    private static IDecisionPolicyGrain Policy(IGrainFactory grains, HttpContext http, string name) => grains.GetGrain<IDecisionPolicyGrain>(Ids.FromPath(http, "name", name));
}
