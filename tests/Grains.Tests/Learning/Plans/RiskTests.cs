using CsCheck;
using MathNet.Numerics.Distributions;

namespace NexusActors.Learning.Plans;

/// <summary>Distributions, the simulation over them, and what drives it.</summary>
public sealed class RiskTests
{
    private static readonly double[] Shares = [0.02, 0.1, 0.5, 0.8, 0.95, 0.99];
    private static readonly Gen<ThreePoint> Points = Gen.Select(Gen.Double[0, 10], Gen.Double[0.1, 10], Gen.Double[0.1, 10], (low, up, more) => new ThreePoint(low, low + up, low + up + more));

    [Fact]
    public void Quantile_AnyPoints_IsThatOfTheBetaDistribution() => Points.Sample(point =>
    {
        var (pert, range) = (new BetaPert(point), point.High - point.Low);
        var beta = new Beta(1 + (4 * (point.Likely - point.Low) / range), 1 + (4 * (point.High - point.Likely) / range));
        foreach (var share in Shares)
        {
            Assert.Equal(point.Low + (range * beta.InverseCumulativeDistribution(share)), pert.Quantile(share), range * 1e-3);
        }
    }, iter: 100);

    [Fact]
    public void Quantile_ManySamples_HaveTheMeanOfPert() => Points.Sample(point =>
    {
        var (pert, sum) = (new BetaPert(point), 0.0);
        const int samples = 20_000;
        for (var i = 0; i < samples; i++) { sum += pert.Quantile((i + 0.5) / samples); }
        Assert.Equal(point.Mean, sum / samples, (point.High - point.Low) * 1e-3);
    }, iter: 50);

    [Fact]
    public void Run_TwoInARow_CostAndEndAreTheirSums()
    {
        var risk = Simulate(Chain(), samples: 20_000);

        Assert.Equal(4 + 10, risk.End.Mean, 0.1);
        Assert.Equal((4 * 2) + (10 * 3) + 5, risk.Cost.Mean, 0.4);
        Assert.True(risk.End.P50 < risk.End.P80 && risk.End.P80 < risk.End.P95);
        Assert.All(risk.Drivers, driver => Assert.Equal(1, driver.Criticality));
        Assert.Equal([1, 0], risk.Drivers.Select(driver => driver.Activity));
        Assert.Equal(1, risk.Drivers.Sum(driver => driver.EndShare), 9);
    }

    [Fact]
    public void Run_OneUncertainActivity_ChanceIsThatOfItsDistribution()
    {
        var point = new ThreePoint(2, 4, 10);
        var project = new Project([new() { Id = "a", Duration = 5 }], []);
        var limits = new RiskLimit[] { new("in time", 0, new BetaPert(point).Quantile(0.7), null), new("never", null, 1, null), new("cheap", null, null, 1e9) };

        var risk = RiskSimulation.Run(Question(project, [point]) with { Limits = [.. limits], Samples = 20_000 });

        Assert.Equal(["in time", "never", "cheap", "all"], risk.Chances.Select(chance => chance.Name));
        Assert.InRange(risk.Chances[0].Chance, 0.7 - (5 * risk.Chances[0].StandardError), 0.7 + (5 * risk.Chances[0].StandardError));
        Assert.Equal((0.0, 1.0, 0.0), (risk.Chances[1].Chance, risk.Chances[2].Chance, risk.Chances[3].Chance));
    }

    [Fact]
    public void Run_UsualSamples_P80IsThatOfALongRun()
    {
        var project = Projects.Seeded(14, 2, 13);
        ThreePoint[] points = [.. project.Activities.Select(activity => new ThreePoint(0.6 * activity.Duration, activity.Duration, 2.2 * activity.Duration))];
        var question = Question(project, points);

        var (usual, many) = (RiskSimulation.Run(question), RiskSimulation.Run(question with { Samples = 300_000, Seed = 99 }));

        Assert.InRange(usual.End.P80 / many.End.P80, 0.99, 1.01);
        Assert.InRange(usual.End.P95 / many.End.P95, 0.985, 1.015);
    }

    [Fact]
    public void Run_SameSeed_SameProfile_OtherSeed_Other()
    {
        var (one, again, other) = (Simulate(Chain()), Simulate(Chain()), Simulate(Chain(), seed: 2));
        Assert.Equal(one.End, again.End);
        Assert.Equal(one.Drivers.AsEnumerable(), again.Drivers);
        Assert.NotEqual(one.End, other.End);
    }

    [Fact]
    public void Run_NothingUncertain_IsThePlan()
    {
        var project = Projects.Seeded(8, 2, 14);
        var question = Question(project, [.. project.Activities.Select(activity => ThreePoint.Exactly(activity.Duration))]) with { Samples = 50 };

        var risk = RiskSimulation.Run(question);

        Assert.Equal(risk.End.P50, risk.End.P95);
        Assert.True(risk.End.P95 <= question.Flow.Starts.Select((start, i) => start + project.Activities[i].Duration).Max());
        Assert.Empty(risk.Drivers);
    }

    [Fact]
    public void Run_ParallelBranches_TheLongerIsCriticalMoreOften()
    {
        var project = new Project([new() { Id = "long", Duration = 10 }, new() { Id = "short", Duration = 8 }], []);
        var risk = RiskSimulation.Run(Question(project, [new(6, 10, 14), new(4, 8, 12)]) with { Samples = 20_000 });

        var (first, second) = (risk.Drivers[0], risk.Drivers[1]);
        Assert.Equal((0, 1), (first.Activity, second.Activity));
        Assert.Equal(1, first.Criticality + second.Criticality, 9);
        Assert.True(first.Criticality > 0.6 && first.EndCorrelation > second.EndCorrelation && second.EndCorrelation > 0);
    }

    [Fact]
    public void Run_OneActivityAlone_CorrelatesWhollyWithTheEndAndNotWithACostThatNeverVaries()
    {
        var risk = RiskSimulation.Run(Question(new Project([new() { Id = "a", Duration = 5 }], []), [new(2, 4, 10)]) with { Costs = [ThreePoint.Exactly(7)], CostPerSlot = [0] });

        var driver = Assert.Single(risk.Drivers);
        Assert.Equal((1.0, 0.0, 1.0), (Math.Round(driver.EndCorrelation, 9), driver.CostCorrelation, Math.Round(driver.EndShare, 9)));
    }

    [Fact]
    public void Xoshiro_ManyDraws_AreEvenAndWithinBounds()
    {
        var (random, counts) = (new Xoshiro256(5), new int[10]);
        for (var i = 0; i < 100_000; i++)
        {
            counts[random.Next(10)]++;
            Assert.InRange(random.NextUnit(), 0, 1 - double.Epsilon);
        }
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }

    private static RiskQuestion Chain()
    {
        var project = new Project([new() { Id = "a", Duration = 4 }, new() { Id = "b", Duration = 10, Predecessors = [0] }], []);
        return Question(project, [new(3, 4, 5), new(4, 10, 16)]) with { CostPerSlot = [2, 3], Costs = [new(2, 5, 8), default] };
    }

    private static RiskProfile Simulate(RiskQuestion question, int samples = 5_000, ulong seed = 1) => RiskSimulation.Run(question with { Samples = samples, Seed = seed });

    private static RiskQuestion Question(Project project, ThreePoint[] durations)
    {
        var ends = new int[project.Count];
        new Justification(project).Decode(project.Order.AsSpan(), ends);
        return new()
        {
            Project = project,
            Flow = ResourceFlow.Of(project, Projects.Starts(project, ends)),
            Durations = [.. durations],
            Costs = [.. durations.Select(_ => default(ThreePoint))],
            CostPerSlot = [.. durations.Select(_ => 0.0)],
        };
    }
}
