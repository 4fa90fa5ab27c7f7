using System.Collections.Immutable;

namespace NexusActors.Learning.Bandits;

/// <summary>Tells what a policy cost, and what others would have cost, from decisions with outcomes. Only those count in which any action could have been answered; where the ranking was answered for sure, nothing else can be judged.</summary>
internal static class PolicyJudgement
{
    /// <summary>A cost expected where nothing was known: as far from success as from failure.</summary>
    private const double UnknownCost = 0.5;

    /// <summary>Policies that are judged: the probability with which each would have answered an action.</summary>
    private static readonly (string Name, Func<PolicyDraw, string, double> Would)[] Judged =
    [
        ("greedy", (draw, action) => action == draw.Greedy ? 1 : 0),
        ("explorer", (draw, action) => OptionOf(draw, action).Probability),
        ("ranking", (draw, action) => action == draw.Ranked ? 1 : 0),
    ];

    /// <summary>A view with how the policy does.</summary>
    public static PolicyView Of(PolicyView view, IReadOnlyCollection<PolicyOutcome> outcomes)
    {
        ImmutableArray<PolicyOutcome> explored = [.. outcomes.Where(outcome => outcome.Draw.Share > 0)];
        var shadow = outcomes.Where(outcome => outcome.Draw.Share == 0).ToLookup(outcome => outcome.Draw.Explored == outcome.Draw.Answered, outcome => outcome.Cost);
        return view with
        {
            Outcomes = outcomes.Count,
            Explored = explored.Length,
            Logged = Mean([.. explored.Select(outcome => outcome.Cost)]),
            Evaluations = explored.IsEmpty ? [] : [.. Judged.Select(judged => Evaluate(judged.Name, explored, judged.Would))],
            ShadowAgreed = Mean([.. shadow[true]]),
            ShadowDiffered = Mean([.. shadow[false]]),
        };
    }

    private static PolicyEvaluation Evaluate(string name, ImmutableArray<PolicyOutcome> outcomes, Func<PolicyDraw, string, double> would)
    {
        ImmutableArray<LoggedChoice> log = [.. outcomes.Select(outcome => new LoggedChoice(
            outcome.Draw.Propensity, outcome.Cost, would(outcome.Draw, outcome.Draw.Answered), outcome.Draw.Options.Sum(option => would(outcome.Draw, option.Action) * ExpectedOf(option)), ExpectedOf(OptionOf(outcome.Draw, outcome.Draw.Answered))))];
        var (sum, squares) = (0.0, 0.0);
        foreach (var weight in log.Select(choice => choice.Would / choice.Propensity)) { (sum, squares) = (sum + weight, squares + (weight * weight)); }
        return new(name, Cost(log.Length, OffPolicy.Ips(log))!, Cost(log.Length, OffPolicy.Snips(log)), Cost(log.Length, OffPolicy.DoublyRobust(log))!, squares == 0 ? 0 : sum * sum / squares);
    }

    // A mean is an estimate of a policy that would have done what was done.
    private static PolicyCost? Mean(ImmutableArray<double> costs) => costs.IsEmpty ? null : Cost(costs.Length, OffPolicy.Ips([.. costs.Select(cost => new LoggedChoice(1, cost, 1))]));

    private static PolicyCost? Cost(int decisions, CostEstimate estimate) =>
        double.IsNaN(estimate.Mean) ? null : new(decisions, estimate.Mean, double.IsFinite(estimate.Low) ? estimate.Low : null, double.IsFinite(estimate.High) ? estimate.High : null);

    private static PolicyOption OptionOf(PolicyDraw draw, string action) => draw.Options.First(option => option.Action == action);

    private static double ExpectedOf(PolicyOption option) => option.ExpectedCost ?? UnknownCost;
}
