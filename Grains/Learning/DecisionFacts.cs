using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Coordination;
using NexusActors.Learning.Bandits;
using NexusActors.Learning.Decisions;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>
/// What the ledger holds of decisions: each as a document, and of those with an outcome a small one more for everybody who learns from it, so that it can be rebuilt by reading little.
/// </summary>
internal static class DecisionFacts
{
    /// <summary>Kind of decisions.</summary>
    public const string Kind = "decision";
    /// <summary>Kind of what confidence is calibrated by.</summary>
    public const string ConfidenceKind = "decision-outcome";
    /// <summary>Kind of policies.</summary>
    public const string PolicyKind = "decision-policy";
    /// <summary>Ids of experiences that begin so belong to decisions; nobody else may store one.</summary>
    public const string ExperiencePrefix = "decision:";

    private const string Made = "decision.made", Reported = "decision.outcome_reported", Set = "decision.policy_set";

    /// <summary>Kind of what a policy learns from.</summary>
    public static string PolicyOutcomeKind(string policy) => "policy-outcome:" + policy;

    /// <summary>A scenario's name on the wire.</summary>
    public static string Wire(this ScenarioType scenario) => JsonNamingPolicy.SnakeCaseLower.ConvertName(scenario.ToString());

    /// <summary>The stream of experiences that a decision learns from and adds to.</summary>
    public static string StreamOf(DecisionRequest request) => request.Stream ?? "decision." + request.ScenarioType.Wire();

    /// <summary>The policy that a decision asks.</summary>
    public static string PolicyOf(DecisionRequest request) => request.Policy ?? request.ScenarioType.Wire();

    /// <summary>Whether two requests ask the same.</summary>
    public static bool AreSame(DecisionRequest one, DecisionRequest other) =>
        JsonSerializer.SerializeToUtf8Bytes(one, DecisionJson.Default.DecisionRequest).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other, DecisionJson.Default.DecisionRequest));

    /// <summary>Whether two outcomes say the same.</summary>
    public static bool AreSame(DecisionOutcome one, DecisionOutcome other) =>
        (one.Success, one.OutcomeJson, one.FeedbackScore) == (other.Success, other.OutcomeJson, other.FeedbackScore) && one.Metrics.SequenceEqual(other.Metrics);

    /// <summary>A decision as it was stored.</summary>
    public static Decision Read(Document document) => JsonSerializer.Deserialize(document.Body, DecisionJson.Default.Decision)! with { Seq = document.Seq };

    /// <summary>The entry that stores a new decision.</summary>
    public static LedgerEntry EntryOfNew(Decision decision) => new()
    {
        Change = new DocumentInsert(new(Kind, decision.Id, 1, decision.DecidedAt, decision.DecidedAt, JsonSerializer.SerializeToUtf8Bytes(decision, DecisionJson.Default.Decision))),
        Events = [new(decision.DecidedAt, Made, null, null, null, Told(decision).With("confidence", decision.Result.Confidence).With("policy", decision.Result.Policy?.Policy).Json())],
    };

    /// <summary>The entries that store an outcome: the decision with it and the experience, and what is learned from it. All hold or none does, since each is written once.</summary>
    /// <param name="decision">With its outcome.</param>
    /// <param name="experience">What it is as an experience.</param>
    /// <param name="version">That of the stored decision.</param>
    public static ImmutableArray<LedgerEntry> EntriesOfOutcome(Decision decision, Experience experience, int version)
    {
        var (outcome, result) = (decision.Outcome!, decision.Result);
        var now = outcome.ReportedAt;
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>();
        entries.Add(new()
        {
            Change = new DocumentUpdate(new(Kind, decision.Id, version + 1, decision.DecidedAt, now, JsonSerializer.SerializeToUtf8Bytes(decision, DecisionJson.Default.Decision))),
            Events = [new(now, Reported, null, null, null, Told(decision).With("success", outcome.Success).Json()), ExperienceEvents.Event(experience, now)],
            Experience = experience,
        });
        // The confidence of the ranking speaks of what the ranking chose.
        if (result.Policy is null || result.Policy.Answered == result.Policy.Ranked)
        {
            var evidence = new ConfidenceEvidence(decision.Id, decision.Request.ScenarioType, result.RawConfidence, result.Confidence, outcome.Success);
            entries.Add(New(ConfidenceKind, decision.Id, now, JsonSerializer.SerializeToUtf8Bytes(evidence, DecisionJson.Default.ConfidenceEvidence)));
        }
        if (result.Policy is { } draw)
        {
            var evidence = new PolicyOutcome(decision.Id, decision.DecidedAt, decision.Request.ContextJson, draw, PolicyOutcome.CostOf(outcome));
            entries.Add(New(PolicyOutcomeKind(draw.Policy), decision.Id, now, JsonSerializer.SerializeToUtf8Bytes(evidence, DecisionJson.Default.PolicyOutcome)));
        }
        return entries.ToImmutable();
    }

    /// <summary>The entries that remove a decision, and what a policy has learned from it. What its confidence is judged by stays: it says nothing of the situation.</summary>
    public static ImmutableArray<LedgerEntry> EntriesOfEnd(Decision decision, int version)
    {
        LedgerEntry end = new() { Change = new DocumentDelete(Kind, decision.Id, version) };
        return decision is { Outcome: not null, Result.Policy: { } draw } ? [end, new() { Change = new DocumentDelete(PolicyOutcomeKind(draw.Policy), decision.Id, 1) }] : [end];
    }

    /// <summary>A request as it is stored.</summary>
    public static DecisionRequest WithPseudonyms(DecisionRequest request, Pseudonyms pseudonyms) => pseudonyms.IsNone ? request : request with
    {
        Description = pseudonyms.Text(request.Description),
        ContextJson = pseudonyms.Json("context", request.ContextJson),
        ActionsJson = [.. request.ActionsJson.Select(action => pseudonyms.Json("action_taken", action))],
    };

    /// <summary>The experience that a decision with its outcome is.</summary>
    public static Experience ExperienceOf(Decision decision) => new()
    {
        Id = ExperiencePrefix + decision.Id,
        Stream = StreamOf(decision.Request),
        Timestamp = decision.Outcome!.ReportedAt,
        Success = decision.Outcome.Success,
        FeedbackScore = decision.Outcome.FeedbackScore ?? (decision.Outcome.Success ? 1 : 0),
        Tags = ["decision"],
        ContextJson = decision.Request.ContextJson,
        ActionJson = decision.Request.ActionsJson[decision.Result.Selected],
        OutcomeJson = decision.Outcome.OutcomeJson,
        Metrics = decision.Outcome.Metrics,
    };

    /// <summary>The entry that stores a policy's settings.</summary>
    public static LedgerEntry EntryOf(string policy, PolicySettings settings, Document? stored, DateTimeOffset now)
    {
        var document = new Document(PolicyKind, policy, (stored?.Version ?? 0) + 1, stored?.CreatedAt ?? now, now, JsonSerializer.SerializeToUtf8Bytes(settings, DecisionJson.Default.PolicySettings));
        return new()
        {
            Change = stored is null ? new DocumentInsert(document) : new DocumentUpdate(document),
            Events = [new(now, Set, null, null, null, new EventData().With("policy", policy).With("mode", settings.Mode == PolicyMode.Live ? "live" : "shadow").With("share", (double?)settings.Share).Json())],
        };
    }

    /// <summary>A policy's settings as they were stored.</summary>
    public static PolicySettings ReadPolicy(Document document) => JsonSerializer.Deserialize(document.Body, DecisionJson.Default.PolicySettings)!;

    /// <summary>What confidence is calibrated by.</summary>
    public static ConfidenceEvidence ReadConfidence(Document document) => JsonSerializer.Deserialize(document.Body, DecisionJson.Default.ConfidenceEvidence)!;

    /// <summary>What a policy learns from.</summary>
    public static PolicyOutcome ReadPolicyOutcome(Document document) => JsonSerializer.Deserialize(document.Body, DecisionJson.Default.PolicyOutcome)!;

    /// <summary>Documents of a kind that somebody does not know yet, oldest first: read from the newest back to where all of a page are known. Two that were committed together may lie on either side of one that is known.</summary>
    /// <param name="ledger">Where.</param>
    /// <param name="kind">Which.</param>
    /// <param name="max">How many at most.</param>
    /// <param name="isKnown">Whether the document with an id is.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ImmutableArray<Document>> UnknownAsync(IDocumentFacts ledger, string kind, int max, Func<string, bool> isKnown, CancellationToken cancellation)
    {
        const int Page = 500;
        var found = new List<Document>();
        for (var before = 0L; found.Count < max;)
        {
            var page = await ledger.ListDocumentsAsync(new(kind, before, Math.Min(Page, max)), cancellation);
            found.AddRange(page.Where(document => !isKnown(document.Id)));
            if (page.Length == 0 || page.Any(document => isKnown(document.Id))) { break; }
            before = page[^1].Seq;
        }
        return [.. found.Take(max).Reverse()];
    }

    private static EventData Told(Decision decision) =>
        new EventData().With("decision_id", decision.Id).With("scenario_type", decision.Request.ScenarioType.Wire()).With("action", decision.Result.SelectedName());

    private static LedgerEntry New(string kind, string id, DateTimeOffset now, byte[] body) => new() { Change = new DocumentInsert(new(kind, id, 1, now, now, body)) };
}

/// <summary>The stored form of decisions and of what is learned from them. Members of messages keep their names for ever, so stored ones can be read by later versions.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Decision))]
[JsonSerializable(typeof(DecisionRequest))]
[JsonSerializable(typeof(ConfidenceEvidence))]
[JsonSerializable(typeof(PolicyOutcome))]
[JsonSerializable(typeof(PolicySettings))]
internal sealed partial class DecisionJson : JsonSerializerContext;
