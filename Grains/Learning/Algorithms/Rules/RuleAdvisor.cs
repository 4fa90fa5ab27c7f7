using System.Collections.Immutable;
using System.Globalization;
using MathNet.Numerics.Distributions;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Rules;

/// <summary>An action, as rules see it.</summary>
/// <param name="Index">Its place among those that were asked about.</param>
/// <param name="Success">Probability that it turns out well.</param>
/// <param name="Low">The true rate is below this with a probability of 2.5 %.</param>
/// <param name="High">And above this with a probability of 2.5 %.</param>
/// <param name="Rules">Those that hold; the first one speaks.</param>
internal sealed record AdvisedAction(int Index, double Success, double Low, double High, ImmutableArray<RuleStatement> Rules)
{
    /// <summary>The rule that it rests on; null: none holds.</summary>
    public RuleStatement? Speaks => Rules.IsEmpty ? null : Rules[0];
}

/// <summary>Orders actions by what rules say of them.</summary>
internal static class RuleAdvisor
{
    private const double TailShare = 0.025;

    /// <summary>
    /// The likeliest to turn out well first; those of which the same is expected stay in the order in which they were given. An action of which no rule speaks turns out well as often as anything does.
    /// </summary>
    /// <param name="rules">Of the stream.</param>
    /// <param name="actions">What each would be in the situation.</param>
    public static ImmutableArray<AdvisedAction> Rank(RulesInForce rules, IReadOnlyList<ExperienceValues> actions) =>
        [.. actions.Select((action, index) => Estimate(rules, index, [.. rules.All.Where(rule => action.Meets(rule.Conditions))])).OrderByDescending(action => action.Success)];

    /// <summary>The part that rules had in putting the first one first: without them the first that was given would be.</summary>
    public static RulePart Part(RulesInForce rules, ImmutableArray<AdvisedAction> ranked)
    {
        if (ranked.Length < 2) { return RulePart.None; }
        var (chosen, first) = (ranked[0], ranked.First(action => action.Index == 0));
        var isInFavour = chosen.Speaks is { IsOfAction: true } && chosen.Success > rules.BaseRate;
        return RulePart.Of(chosen.Index != first.Index, chosen.Speaks, isInFavour, first.Speaks, ranked.Select(action => action.Speaks).OfType<RuleStatement>());
    }

    /// <summary>The order for people.</summary>
    public static string Said(ImmutableArray<AdvisedAction> ranked, RulePart part)
    {
        var first = ranked[0];
        var effect = part.Effect switch { RuleEffect.Changed => "Rules changed the order", RuleEffect.Confirmed => "Rules confirm the order", _ => "Rules leave the order as it was" };
        var why = first.Speaks is { } rule
            ? string.Create(CultureInfo.InvariantCulture, $"{first.Success:P0} ({first.Low:P0} to {first.High:P0}) are expected to turn out well, by what came of the {rule.Counts.Support} where {rule.Text}")
            : string.Create(CultureInfo.InvariantCulture, $"no rule speaks of it, and {first.Success:P0} of all turn out well");
        return $"{effect}: actions[{first.Index}] comes first; {why}.";
    }

    private static AdvisedAction Estimate(RulesInForce rules, int index, ImmutableArray<RuleStatement> holding)
    {
        if (holding.IsEmpty)
        {
            var (low, high) = Proportions.Wilson((int)Math.Min(rules.Successes, int.MaxValue), (int)Math.Min(rules.Experiences, int.MaxValue));
            return new(index, rules.BaseRate, low, high, holding);
        }
        var success = holding[0].Given(rules.BaseRate);
        var weight = holding[0].Counts.Support + RuleStatement.ExpectedWeight;
        var (a, b) = (success * weight, (1 - success) * weight);
        return new(index, success, Beta.InvCDF(a, b, TailShare), Beta.InvCDF(a, b, 1 - TailShare), holding);
    }
}
