using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Coordination;
using NexusActors.Errors;

namespace NexusActors.Learning;

/// <summary>What is known before is predicted from, what is known only afterwards is not.</summary>
public sealed class StreamRolesTests(SiloFixture silo) : SiloTests(silo)
{
    private readonly string _stream = silo.NewName("s");

    private IStreamRolesGrain Roles => Silo.Grains.GetGrain<IStreamRolesGrain>(_stream);

    private IStreamLearnerGrain Learner => Silo.Grains.GetGrain<IStreamLearnerGrain>(_stream);

    [Fact]
    public async Task Set_LeakAndMetric_TheModelLearnsFromTheMetricAlone()
    {
        await RecordAsync(400);
        await Learner.TrainAsync(wait: true);
        Assert.Contains((await Learner.PredictAsync(Situation(0.9))).Targets, target => target.Target == "metrics.cpu");
        Assert.Equal("cpu", Assert.Single((await Learner.PredictAsync(Situation(0.9))).MetricsNotUsed));

        await Roles.SetAsync(new() { KnownBefore = ["cpu"], KnownAfter = ["closed_as"] });
        await UntilAsync(async () => await Learner.StateAsync() is { Cause: "roles", Training: false }, "the models have learned anew");

        var (low, high) = (await Learner.PredictAsync(Situation(0.1)), await Learner.PredictAsync(Situation(0.9)));
        Assert.Equal(["success"], high.Targets.Select(target => target.Target));
        Assert.True(high.Targets[0].Value > low.Targets[0].Value + 0.5, $"{low.Targets[0].Value} {high.Targets[0].Value}");
        Assert.Empty(high.MetricsNotUsed);
        Assert.Equal(["performance_metrics.cpu"], high.Targets[0].Contributions.Where(part => Math.Abs(part.Amount) > 0.5).Select(part => part.Feature.Replace("context.", "", StringComparison.Ordinal)));
        await Silo.DeactivateAsync(Learner);
        Assert.Equal(high.Targets[0].Value, (await Learner.PredictAsync(Situation(0.9))).Targets[0].Value);
        Assert.Equal("closed_as", Assert.Single((await Roles.GetAsync())!.KnownAfter));
    }

    [Fact]
    public async Task Set_NoName_IsRefusedAndNothingChanges()
    {
        Assert.Equal("known_after", (await RefusedAsync(NexusError.Invalid, () => Roles.SetAsync(new() { KnownAfter = ["a..b"] }))).Field);
        Assert.Null(await Roles.GetAsync());
    }

    private static PredictionRequest Situation(double cpu) => new() { ContextJson = """{"n":1}""", Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("cpu", cpu), Explain = true };

    private async Task RecordAsync(int count)
    {
        var random = new Random(1);
        ImmutableArray<Experience> experiences = [.. Enumerable.Range(0, count).Select(i =>
        {
            var cpu = random.NextDouble();
            var success = random.NextDouble() < (cpu > 0.5 ? 0.95 : 0.05);
            return new Experience
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"{_stream}-{i}"),
                Stream = _stream,
                Timestamp = Silo.Clock.GetUtcNow().AddMinutes(i - count),
                Success = success,
                ContextJson = string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{i % 3}},"closed_as":"{{(success ? "fixed" : "lost")}}"}"""),
                Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("cpu", cpu),
            };
        })];
        Assert.All(await Silo.Grains.GetGrain<IExperienceStreamGrain>(_stream).AppendAsync(experiences), reply => Assert.Null(reply.Message));
    }
}
