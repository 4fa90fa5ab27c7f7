using System.Collections.Immutable;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Bandits;

/// <summary>What a policy has learned from outcomes: situations of any form become rows of one schema, and names of actions its actions. It does not change, and is the same for the same outcomes and seed.</summary>
internal sealed class PolicyModel
{
    /// <summary>Outcomes from which on there is something to learn.</summary>
    public const int OutcomesMin = 8;

    /// <summary>Every action keeps this share, divided by all, whatever is known: what was never tried could not be judged later.</summary>
    private const double Floor = 0.005;

    private readonly Dictionary<string, int> _actions = new(StringComparer.Ordinal);
    private readonly ExperienceEncoder? _encoder;
    private readonly Explorer? _explorer;

    private PolicyModel(IReadOnlyCollection<PolicyOutcome> outcomes, Random random)
    {
        LearnedFrom = outcomes.Count;
        var situations = outcomes.Select(outcome => SituationOf(outcome.ContextJson, outcome.At)).ToArray();
        var learner = new SchemaLearner(FeatureSchema.Empty("policy"));
        foreach (var situation in situations) { learner.Observe(situation); }
        _encoder = new(learner.ToSchema());
        foreach (var outcome in outcomes) { _actions.TryAdd(outcome.Draw.Answered, _actions.Count); }
        if (_actions.Count > 1) { _explorer = new(_actions.Count, new(), random, outcomes.Select((outcome, i) => (_encoder.Encode(situations[i]), _actions[outcome.Draw.Answered], outcome.Cost))); }
    }

    private PolicyModel() { }

    /// <summary>Knows nothing: all actions are alike.</summary>
    public static PolicyModel None { get; } = new();

    /// <summary>Outcomes that it was made from.</summary>
    public int LearnedFrom { get; }

    /// <summary>Learns from outcomes, oldest first.</summary>
    public static PolicyModel Of(IReadOnlyCollection<PolicyOutcome> outcomes, Random random) => outcomes.Count < OutcomesMin ? None : new(outcomes, random);

    /// <summary>With which probability each of some actions is chosen in a situation, and what it is expected to cost. One that was never tried is chosen as if all were alike; the others share the rest.</summary>
    public ImmutableArray<PolicyOption> Options(string contextJson, DateTimeOffset at, ImmutableArray<string> actions)
    {
        string[] tried = [.. actions.Where(_actions.ContainsKey)];
        var known = new Dictionary<string, (double Share, double Cost)>(StringComparer.Ordinal);
        if (_explorer is not null && tried.Length > 0)
        {
            var (shares, costs) = _explorer.Weigh(_encoder!.Encode(SituationOf(contextJson, at)), [.. tried.Select(action => _actions[action])]);
            for (var i = 0; i < tried.Length; i++) { known[tried[i]] = (shares[i] * tried.Length / actions.Length, Math.Clamp(costs[i], 0, 1)); }
        }
        var alike = 1.0 / actions.Length;
        return [.. actions.Select(action => known.TryGetValue(action, out var learned)
            ? new PolicyOption(action, (1 - Floor) * learned.Share + Floor * alike, learned.Cost)
            : new(action, alike, null))];
    }

    private static Experience SituationOf(string contextJson, DateTimeOffset at) => new() { Id = "", Stream = "policy", Timestamp = at, Success = false, ContextJson = contextJson };
}
