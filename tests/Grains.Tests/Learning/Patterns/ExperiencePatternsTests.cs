namespace NexusActors.Learning.Patterns;

public sealed class ExperiencePatternsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_FewerThanNeeded_OnlyAMessage()
    {
        var report = ExperiencePatterns.Of([.. Make(9)], fewest: 10);

        Assert.Equal("Too little data: 9 experiences in the period, at least 10 are needed.", report.Message);
        Assert.Equal((9, 0, 0), (report.Experiences, report.Clusters.Length, report.Segments.Length));
    }

    [Fact]
    public void Of_FullDisksFailInOneRegion_ClustersAndTheSegmentAreTold()
    {
        var experiences = Make(2000).ToArray();

        var report = ExperiencePatterns.Of(experiences, fewest: 10);

        Assert.Null(report.Message);
        Assert.NotEmpty(report.Clusters);
        var worst = report.Segments[0];
        Assert.Contains("region = eu", worst.Conditions);
        Assert.Contains(worst.Conditions, condition => condition.StartsWith("disk.free_gb ≤ ", StringComparison.Ordinal));
        Assert.True(worst.Success.High < worst.RestRate && worst.Lift < 1, worst.Description);
        Assert.All(worst.ExampleIds, id => Assert.Contains("\"eu\"", experiences.Single(experience => experience.Id == id).ContextJson, StringComparison.Ordinal));
    }

    /// <summary>What is known only afterwards must not be what a segment is made of.</summary>
    [Fact]
    public void Of_OutcomeTellsSuccess_ItIsNoCondition()
    {
        var report = ExperiencePatterns.Of([.. Make(400).Select(experience => experience with { OutcomeJson = $"{{\"ended\":\"{experience.Success}\"}}" })], fewest: 10);

        Assert.DoesNotContain(report.Segments.SelectMany(segment => segment.Conditions), condition => condition.Contains("ended", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_NothingButOutcomes_NoClusterAndNoSegment()
    {
        var report = ExperiencePatterns.Of([.. Make(50).Select(experience => experience with { ContextJson = "{}", ActionJson = "{}", Timestamp = Noon })], fewest: 10);

        Assert.Equal((0, 0), (report.Clusters.Length, report.Segments.Length));
        Assert.Null(report.Silhouette);
    }

    private static IEnumerable<Experience> Make(int count)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            var (free, eu) = (random.Next(100), random.Next(2) == 0);
            yield return new()
            {
                Id = $"e{i}",
                Stream = "s",
                Timestamp = Noon.AddMinutes(-i),
                Success = random.NextDouble() < (free < 30 && eu ? 0.1 : 0.9),
                ContextJson = $$"""{"disk":{"free_gb":{{free}}},"region":"{{(eu ? "eu" : "us")}}"}""",
                ActionJson = """{"action_type":"copy"}""",
            };
        }
    }
}
