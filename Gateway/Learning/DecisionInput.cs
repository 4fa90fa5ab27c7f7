using System.Collections.Immutable;
using System.Text.Json;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Reads what is said of decisions.</summary>
internal static class DecisionInput
{
    /// <summary>Decisions on a page where the caller does not say.</summary>
    public const int PageDefault = 100;

    /// <summary>Names that stand in the place of an id in paths of other routes.</summary>
    private static readonly string[] Reserved = ["confidence", "policies"];

    /// <summary>Reads the body of POST /decisions.</summary>
    /// <param name="input">The object.</param>
    /// <param name="now">Now, for the id where none is given.</param>
    public static (string Id, DecisionRequest Request) Read(JsonInput input, DateTimeOffset now)
    {
        var id = input.Id("id") ?? Ulid.NewUlid(now).ToString();
        if (Reserved.Contains(id)) { input.Fault("id", $"another one: {string.Join(" and ", Reserved)} are names of routes"); }
        return (id, new()
        {
            ScenarioType = input.Choice<ScenarioType>("scenario_type", required: true),
            Description = input.Text("description", DecisionLimits.DescriptionMax, required: true) ?? "",
            ContextJson = input.OpenObject("context", required: true) ?? "{}",
            Objectives = input.Words("objectives", DecisionLimits.ObjectivesMax, required: true),
            ActionsJson = input.List("available_actions", DecisionLimits.ActionsMax, required: true, Action, "actions"),
            ConstraintsJson = input.OpenObject("constraints") ?? "{}",
            Urgency = input.Number("urgency", 0, 1) ?? 0.5,
            Complexity = input.Number("complexity", 0, 1) ?? 0.5,
            RiskTolerance = input.Number("risk_tolerance", 0, 1) ?? 0.5,
            Weights = input.Numbers("weights", 0, double.MaxValue),
            Bounds = input.Map("bounds", 200, Range, "ranges"),
            Method = input.Choice<RankingMethod>("method"),
            Missing = input.Choice<MissingRule>("missing"),
            Stream = input.Word("stream"),
            Mode = input.Choice<DecisionMode>("mode"),
            Policy = input.Id("policy"),
        });
    }

    /// <summary>Reads the body of POST /decisions/{decision_id}/outcome.</summary>
    public static DecisionOutcome ReadOutcome(JsonInput input) => new()
    {
        Success = input.Flag("success", required: true) ?? false,
        Metrics = input.Numbers("performance_metrics", double.MinValue, double.MaxValue, ExperienceLimits.MetricsMax),
        OutcomeJson = input.OpenObject("outcome") ?? "{}",
        FeedbackScore = input.Number("feedback_score", 0, 1),
    };

    /// <summary>Reads the body of PUT /decisions/policies/{name}.</summary>
    public static PolicySettings ReadPolicy(JsonInput input) => new(input.Choice<PolicyMode>("mode", required: true), input.Number("share", 0.001, 1) ?? 1);

    /// <summary>Reads the query of GET /decisions. Throws with every fault.</summary>
    public static DecisionFilter ReadFilter(HttpRequest request)
    {
        var query = new QueryInput(request, "scenario_type", "outcome_known", "limit", "cursor");
        var filter = new DecisionFilter
        {
            ScenarioType = query.Choice<ScenarioType>("scenario_type"),
            OutcomeKnown = query.Flag("outcome_known"),
            Limit = query.Integer("limit", 1, DecisionLimits.PageMax) ?? PageDefault,
            BeforeSeq = PageCursor.Read(query),
        };
        query.Faults.ThrowIfAny();
        return filter;
    }

    private static string Action(JsonElement value, string path, InputFaults faults)
    {
        if (value.ValueKind == JsonValueKind.Object) { return OpenJson.Check(value, path, faults) ? value.GetRawText() : "{}"; }
        faults.Add(path, $"{path} must be a JSON object");
        return "{}";
    }

    private static NumberRange Range(JsonElement value, string path, InputFaults faults)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && Finite(value[0]) is { } low && Finite(value[1]) is { } high && low < high) { return new(low, high); }
        faults.Add(path, $"{path} must be two finite numbers, the first below the second");
        return new(0, 1);
    }

    private static double? Finite(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
}
