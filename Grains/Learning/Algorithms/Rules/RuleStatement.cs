using System.Collections.Immutable;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

/// <summary>What a rule in force says where its conditions hold: how often things turned out well there, on experiences that it was not induced from. One that foretells failure says the same of what is left.</summary>
/// <param name="Id">Of the rule.</param>
/// <param name="Conditions">All of them must hold.</param>
/// <param name="Success">Whether it foretells success, else failure.</param>
/// <param name="Counts">In successes, whatever it foretells; <see cref="RuleCounts.Positives"/> are all successes of the stream.</param>
/// <param name="Confidence">Lower bound of how often it is right, 0–1.</param>
internal sealed record RuleStatement(string Id, ImmutableArray<Condition> Conditions, bool Success, RuleCounts Counts, double Confidence)
{
    /// <summary>The feature that names an agent in experiences of tasks.</summary>
    public const string AgentFeature = "action.agent_id";

    /// <summary>So many experiences of the rule's own weigh as much as what is expected without it.</summary>
    public const double ExpectedWeight = 10;

    private const string ActionPrefix = "action.";

    /// <summary>For people.</summary>
    public string Text { get; } = string.Join(" and ", Conditions.Select(condition => condition.Text));

    /// <summary>Whether it asks something of the action, so that it can tell actions apart.</summary>
    public bool IsOfAction { get; } = Conditions.Any(condition => condition is Compared compared
        ? OfAction(compared.Term.First) || OfAction(compared.Term.Second)
        : OfAction(condition.Feature));

    /// <summary>The agent that it is about; null: any.</summary>
    public string? Agent { get; } = Conditions.OfType<EqualTo>().FirstOrDefault(condition => condition.Feature == AgentFeature)?.Word;

    /// <summary>What it asks besides the agent.</summary>
    public ImmutableArray<Condition> Situation { get; } = [.. Conditions.Where(condition => condition is not EqualTo { Feature: AgentFeature })];

    /// <summary>What a rule says.</summary>
    public static RuleStatement Of(RuleRecord rule)
    {
        var judged = rule.HeldOut + rule.Life.Since;
        var all = judged.Rows > 0 ? judged : rule.Induction;
        var counts = rule.Success
            ? new RuleCounts(judged.Support, judged.Hits, all.Rows, all.Positives)
            : new RuleCounts(judged.Support, judged.Support - judged.Hits, all.Rows, all.Rows - all.Positives);
        return new(rule.Id, rule.Conditions, rule.Success, counts, judged.Support == 0 ? 0 : judged.Interval.Low);
    }

    /// <summary>
    /// The rate of success where it holds, drawn towards what is expected without it by as much as <see cref="ExpectedWeight"/> experiences weigh: what many have borne out stands for itself, and where nothing has, nothing changes.
    /// </summary>
    /// <param name="expected">Rate of success of the group that its own is a part of, 0–1.</param>
    public double Given(double expected) => (Counts.Hits + ExpectedWeight * expected) / (Counts.Support + ExpectedWeight);

    private static bool OfAction(string feature) => feature.StartsWith(ActionPrefix, StringComparison.Ordinal);
}
