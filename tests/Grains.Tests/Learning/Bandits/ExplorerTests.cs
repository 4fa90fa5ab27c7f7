namespace NexusActors.Learning.Bandits;

public sealed class ExplorerTests
{
    private const int Rounds = 1500;

    /// <summary>Which of two actions is cheap depends on the context: no single action does well.</summary>
    [Fact]
    public void Choose_BestActionDependsOnTheContext_BetterThanEveryActionAlone()
    {
        var random = new Random(1);
        var explorer = new Explorer(3, new(), new(2));
        var (regret, alone) = (0.0, new double[3]);
        for (var round = 0; round < Rounds; round++)
        {
            double[] context = [random.NextDouble(), random.NextDouble(), random.NextDouble()];
            double[] costs = [context[0] < 0.5 ? 0.2 : 0.8, context[0] < 0.5 ? 0.8 : 0.2, 0.5];
            var choice = explorer.Choose(context);
            explorer.Learn(context, choice.Action, costs[choice.Action] + 0.2 * (random.NextDouble() - 0.5));
            regret += costs[choice.Action] - costs.Min();
            for (var action = 0; action < costs.Length; action++) { alone[action] += costs[action] - costs.Min(); }
        }

        Assert.True(regret < 0.35 * alone.Min(), $"{regret} against {alone.Min()}");
    }

    [Fact]
    public void Choose_OneActionIsBestAlways_ItIsSoonChosenNearlyAlways()
    {
        var random = new Random(3);
        var explorer = new Explorer(5, new(), new(4));
        var best = 0;
        for (var round = 0; round < Rounds; round++)
        {
            double[] context = [random.NextDouble(), double.NaN];
            var choice = explorer.Choose(context);
            explorer.Learn(context, choice.Action, (choice.Action == 2 ? 0.3 : 0.5) + 0.3 * (random.NextDouble() - 0.5));
            if (round >= Rounds / 2 && choice.Action == 2) { best++; }
        }

        Assert.True(best > 0.85 * Rounds / 2, $"{best} of {Rounds / 2}");
    }

    /// <summary>The propensity that is told is the share of times that the action is chosen.</summary>
    [Fact]
    public void Choose_SameContextAgainAndAgain_PropensitiesAreTheFrequencies()
    {
        const int Times = 20_000;
        var random = new Random(5);
        var explorer = new Explorer(4, new() { Greed = 0.2, Floor = 0.05 }, new(6));
        for (var round = 0; round < 60; round++)
        {
            double[] context = [random.NextDouble()];
            explorer.Learn(context, round % 4, random.NextDouble());
        }
        var (times, propensity) = (new int[4], new double[4]);
        for (var i = 0; i < Times; i++)
        {
            var choice = explorer.Choose([0.5]);
            times[choice.Action]++;
            propensity[choice.Action] = choice.Propensity;
        }

        for (var action = 0; action < 4; action++) { Assert.InRange(times[action] / (double)Times - propensity[action], -0.02, 0.02); }
        Assert.All(propensity, share => Assert.True(share >= 0.05 / 4));
    }

    [Fact]
    public void Choose_NothingIsKnown_EachActionIsTriedBeforeAnyIsTriedTwice()
    {
        var explorer = new Explorer(6, new(), new(7));
        var tried = new List<int>();
        for (var round = 0; round < 6; round++)
        {
            var choice = explorer.Choose([0]);
            tried.Add(choice.Action);
            explorer.Learn([0], choice.Action, 1);
        }

        Assert.Equal(Enumerable.Range(0, 6), tried.Order());
    }

    [Fact]
    public void Choose_SameSeed_SameChoices() => Assert.Equal(Run(), Run());

    private static int[] Run()
    {
        var random = new Random(8);
        var explorer = new Explorer(3, new(), new(9));
        return [.. Enumerable.Range(0, 200).Select(_ =>
        {
            double[] context = [random.NextDouble()];
            var choice = explorer.Choose(context);
            explorer.Learn(context, choice.Action, random.NextDouble());
            return choice.Action;
        })];
    }
}
