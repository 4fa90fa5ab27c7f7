using System.Collections.Immutable;

namespace NexusActors.Learning.Bandits;

/// <summary>Draws the choice of a policy, and says with which probability it is answered.</summary>
internal static class PolicyDraws
{
    /// <summary>Draws.</summary>
    /// <param name="policy">Its name.</param>
    /// <param name="settings">Whose choice is answered.</param>
    /// <param name="options">Of all that may be chosen; probabilities sum to 1.</param>
    /// <param name="ranked">The ranking's choice, one of them.</param>
    /// <param name="learnedFrom">Outcomes that the options come from.</param>
    /// <param name="random">Chance; drawn from twice, whatever the mode.</param>
    public static PolicyDraw Of(string policy, PolicySettings settings, ImmutableArray<PolicyOption> options, string ranked, int learnedFrom, Random random)
    {
        var share = settings.Mode == PolicyMode.Live ? settings.Share : 0;
        var explored = Draw(options, random.NextDouble());
        var answered = random.NextDouble() < share ? explored : ranked;
        return new()
        {
            Policy = policy,
            Mode = settings.Mode,
            Share = share,
            Answered = answered,
            Propensity = (share * options.First(option => option.Action == answered).Probability) + (answered == ranked ? 1 - share : 0),
            Ranked = ranked,
            Explored = explored,
            Greedy = Greedy(options, ranked),
            Options = options,
            LearnedFrom = learnedFrom,
        };
    }

    private static string Draw(ImmutableArray<PolicyOption> options, double left)
    {
        foreach (var option in options)
        {
            if ((left -= option.Probability) < 0) { return option.Action; }
        }
        return options[^1].Action;
    }

    /// <summary>The least expected cost; where it is that of the ranking's choice too, or nothing is known, the ranking's choice.</summary>
    private static string Greedy(ImmutableArray<PolicyOption> options, string ranked)
    {
        var (best, least) = (ranked, options.First(option => option.Action == ranked).ExpectedCost ?? double.PositiveInfinity);
        foreach (var option in options)
        {
            if (option.ExpectedCost < least) { (best, least) = (option.Action, option.ExpectedCost.Value); }
        }
        return best;
    }
}
