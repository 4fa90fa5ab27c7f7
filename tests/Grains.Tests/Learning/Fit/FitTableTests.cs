using CsCheck;
using NexusActors.Coordination;

namespace NexusActors.Learning.Fit;

public sealed class FitTableTests
{
    private static readonly string[] Agents = ["good", "bad", "new"];
    private static readonly TimeSpan HalfLife = TimeSpan.FromDays(30);
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Estimate_NothingIsKnown_EitherIsAsLikelyAndNoDurationIsNamed()
    {
        var estimate = Estimate(new FitTable(HalfLife), "a");

        Assert.Equal((0.5, FitLevel.All, 0), (estimate.Success, estimate.Level, estimate.Weight));
        Assert.Null(estimate.MedianSeconds);
        Assert.Null(estimate.NinthDecileSeconds);
        Assert.True(estimate.SuccessHigh - estimate.SuccessLow > 0.4);
    }

    [Fact]
    public void Estimate_AgentIsNew_IsThatOfItsTypeAndSaysSo()
    {
        var table = new FitTable(HalfLife);
        for (var i = 0; i < 200; i++) { table.Add(Example($"a{i % 10}", success: i % 10 != 0)); }

        var estimate = Estimate(table, "new");

        Assert.Equal(FitLevel.AgentType, estimate.Level);
        Assert.InRange(estimate.Success, 0.85, 0.93);
    }

    /// <summary>Two agents, one of whom succeeds: at whatever times, both rest on that one's seconds alone, and rounding of what is subtracted makes no others up.</summary>
    [Fact]
    public void Estimate_OneAgentAloneHasDurations_NothingElseIsMadeUp() =>
        Gen.Select(Gen.Int[0, 100_000_000], Gen.Bool).Array[2, 40].Sample(attempts =>
        {
            var table = new FitTable(HalfLife);
            foreach (var (milliseconds, good) in attempts.Append((5, true)).OrderBy(attempt => attempt.Item1))
            {
                table.Add(new(good ? "good" : "bad", AgentType.Operations, TaskType.Testing, good, good ? 0.02 : null, Noon.AddMilliseconds(milliseconds)));
            }

            foreach (var agent in Agents)
            {
                Assert.Equal(0.02, table.Estimate(agent, AgentType.Operations, TaskType.Testing, Noon.AddDays(2)).MedianSeconds!.Value, 9);
                Assert.Equal(0.02, table.Expect(agent, AgentType.Operations, TaskType.Testing, Noon.AddDays(2)).MedianSeconds!.Value, 9);
            }
        });

    [Fact]
    public void Estimate_MoreIsKnownOfTheAgent_ItsOwnRecordCountsMore()
    {
        var table = new FitTable(HalfLife);
        for (var i = 0; i < 500; i++) { table.Add(Example($"a{i % 20}", success: true)); }
        var before = Estimate(table, "bad").Success;
        var estimates = new List<double> { before };
        for (var i = 0; i < 50; i++)
        {
            table.Add(Example("bad", success: false));
            estimates.Add(Estimate(table, "bad").Success);
        }

        Assert.Equal(estimates.OrderDescending(), estimates);
        Assert.InRange(estimates[^1], 0, 0.25);
    }

    /// <summary>Agents whose rates are drawn from one distribution: pooling tells the next attempts better than each agent's own record, and than the record of all.</summary>
    [Theory, InlineData(2, 2), InlineData(20, 5), InlineData(80, 20)]
    public void Estimate_AgentsOfAPopulation_BetterThanEachAloneAndAllAlike(double a, double b)
    {
        var random = new Random(5);
        var (table, rates) = (new FitTable(HalfLife), Enumerable.Range(0, 300).Select(_ => MathNet.Numerics.Distributions.Beta.Sample(random, a, b)).ToArray());
        var (tried, done) = (new int[rates.Length], new int[rates.Length]);
        for (var i = 0; i < rates.Length; i++)
        {
            for (tried[i] = 0; tried[i] < 1 + i % 12; tried[i]++)
            {
                var success = random.NextDouble() < rates[i];
                if (success) { done[i]++; }
                table.Add(Example($"a{i}", success));
            }
        }
        table.Learn(Noon);
        var all = (double)done.Sum() / tried.Sum();

        var pooled = Loss(i => Estimate(table, $"a{i}").Success);

        Assert.True(pooled < Loss(i => (done[i] + 1.0) / (tried[i] + 2)));
        Assert.True(pooled < Loss(_ => all) + 1e-3);

        // What is expected of the next attempt.
        double Loss(Func<int, double> estimate) => rates.Select((rate, i) => -rate * Math.Log(estimate(i)) - (1 - rate) * Math.Log(1 - estimate(i))).Average();
    }

    [Fact]
    public void Estimate_AgentsOfAPopulation_IntervalsHoldNineOfTenRates()
    {
        var random = new Random(6);
        var (table, rates) = (new FitTable(HalfLife), Enumerable.Range(0, 400).Select(_ => MathNet.Numerics.Distributions.Beta.Sample(random, 8, 3)).ToArray());
        for (var i = 0; i < rates.Length; i++)
        {
            for (var n = 0; n < 2 + i % 20; n++) { table.Add(Example($"a{i}", random.NextDouble() < rates[i])); }
        }
        table.Learn(Noon);

        var held = rates.Where((rate, i) => Estimate(table, $"a{i}") is var estimate && estimate.SuccessLow <= rate && rate <= estimate.SuccessHigh).Count();

        Assert.InRange(held / (double)rates.Length, 0.85, 0.95);
    }

    [Fact]
    public void Estimate_DurationsOfAPopulation_NineOfTenTasksTakeLessThanTheDecile()
    {
        var random = new Random(7);
        var table = new FitTable(HalfLife);
        var paces = Enumerable.Range(0, 100).Select(_ => MathNet.Numerics.Distributions.Normal.Sample(random, 3, 0.6)).ToArray();
        double Seconds(int agent) => Math.Exp(MathNet.Numerics.Distributions.Normal.Sample(random, paces[agent], 0.4));
        for (var i = 0; i < 2000; i++) { table.Add(Example($"a{i % 100}", success: true, seconds: Seconds(i % 100))); }
        table.Learn(Noon);

        var next = Enumerable.Range(0, 20_000).Select(i => (Seconds: Seconds(i % 100), Estimate: Estimate(table, $"a{i % 100}"))).ToArray();

        Assert.InRange(next.Count(task => task.Seconds <= task.Estimate.NinthDecileSeconds) / (double)next.Length, 0.87, 0.93);
        Assert.InRange(next.Count(task => task.Seconds <= task.Estimate.MedianSeconds) / (double)next.Length, 0.46, 0.54);
    }

    [Fact]
    public void Estimate_AgentHasChanged_WhatIsOldIsForgotten()
    {
        var table = new FitTable(HalfLife);
        for (var i = 0; i < 100; i++) { table.Add(Example("a", success: false)); }
        for (var i = 0; i < 30; i++) { table.Add(Example("a", success: true, at: Noon.AddDays(365))); }

        Assert.True(table.Estimate("a", AgentType.Operations, TaskType.Analysis, Noon.AddDays(365)).Success > 0.85);
    }

    [Fact]
    public void Add_InAnyOrder_SaysTheSame() =>
        Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Int[1, 100], Gen.Int[0, 400]).Array[1, 30].Sample(examples =>
        {
            var (forth, back) = (new FitTable(HalfLife), new FitTable(HalfLife));
            FitExample[] made = [.. examples.Select(item => Example($"a{item.Item1}", item.Item2, item.Item3, Noon.AddDays(-item.Item4)))];
            foreach (var example in made) { forth.Add(example); }
            foreach (var example in made.Reverse()) { back.Add(example); }
            var (one, other) = (Estimate(forth, "a0"), Estimate(back, "a0"));
            return one.Level == other.Level && Math.Abs(one.Success - other.Success) < 1e-9 && Math.Abs((one.MedianSeconds ?? 0) - (other.MedianSeconds ?? 0)) < 1e-6 * (1 + (one.MedianSeconds ?? 0));
        });

    private static FitExample Example(string agent, bool success, double? seconds = null, DateTimeOffset? at = null) => new(agent, AgentType.Operations, TaskType.Analysis, success, seconds, at ?? Noon);

    private static FitEstimate Estimate(FitTable table, string agent) => table.Estimate(agent, AgentType.Operations, TaskType.Analysis, Noon);
}
