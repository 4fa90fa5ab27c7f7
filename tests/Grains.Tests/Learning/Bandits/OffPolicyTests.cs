namespace NexusActors.Learning.Bandits;

public sealed class OffPolicyTests
{
    /// <summary>Of three actions the first was chosen half of the time; the policy that is judged always takes the last.</summary>
    private static readonly double[] Costs = [0.2, 0.5, 0.8], Shares = [0.5, 0.3, 0.2];

    [Theory, InlineData(0.0), InlineData(0.3)]
    public void Estimates_OfAPolicyThatWasNotLive_AreRightOnAverageAndTheirIntervalsHold(double modelFault)
    {
        const int Logs = 300;
        var (random, held) = (new Random(1), new int[3]);
        var means = new double[3];
        for (var log = 0; log < Logs; log++)
        {
            var choices = Enumerable.Range(0, 400).Select(_ => Choice(random, modelFault)).ToArray();
            CostEstimate[] estimates = [OffPolicy.Ips([.. choices]), OffPolicy.Snips([.. choices]), OffPolicy.DoublyRobust([.. choices])];
            for (var i = 0; i < estimates.Length; i++)
            {
                means[i] += estimates[i].Mean / Logs;
                if (estimates[i].Low <= Costs[2] && Costs[2] <= estimates[i].High) { held[i]++; }
            }
        }

        Assert.All(means, mean => Assert.InRange(mean, Costs[2] - 0.02, Costs[2] + 0.02));
        Assert.All(held, count => Assert.InRange(count / (double)Logs, 0.9, 0.99));
    }

    [Fact]
    public void DoublyRobust_ModelIsRight_NarrowerThanTheOthers()
    {
        var random = new Random(2);
        var choices = Enumerable.Range(0, 500).Select(_ => Choice(random, 0)).ToArray();

        Assert.True(Width(OffPolicy.DoublyRobust([.. choices])) < 0.5 * Width(OffPolicy.Ips([.. choices])));

        static double Width(CostEstimate estimate) => estimate.High - estimate.Low;
    }

    [Fact]
    public void Snips_PolicyNeverDoesWhatWasDone_NothingIsKnown() => Assert.True(double.IsNaN(OffPolicy.Snips([new(0.5, 1, 0)]).Mean));

    private static LoggedChoice Choice(Random random, double modelFault)
    {
        var draw = random.NextDouble();
        var action = draw < Shares[0] ? 0 : draw < Shares[0] + Shares[1] ? 1 : 2;
        return new(Shares[action], Costs[action] + 0.2 * (random.NextDouble() - 0.5), action == 2 ? 1 : 0, Costs[2] + modelFault, Costs[action] + modelFault);
    }
}
