using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Learning.Prediction;

/// <summary>Streams of experiences made by seed: disk and region decide, noise does not.</summary>
internal static class Streams
{
    private static readonly string[] Regions = ["north", "south", "west"];
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 0, 0, 0, TimeSpan.Zero);

    /// <summary>So many of them, one each minute. Success has the given probability; seconds are ten times the disk and the region's number, with a deviation of one.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of everything.</param>
    /// <param name="rate">Probability of success by disk (0–1) and region.</param>
    /// <param name="firstSeq">Position of the first.</param>
    public static ImmutableArray<Experience> Make(int count, int seed, Func<double, string, double> rate, long firstSeq = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var (disk, region, noise) = (random.NextDouble(), random.Next(Regions.Length), random.NextDouble());
            var seconds = 10 * disk + region + random.NextDouble() * 2 - 1;
            return new Experience
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"e{firstSeq + i}"),
                Stream = "s",
                Timestamp = Start.AddMinutes(firstSeq + i),
                Success = random.NextDouble() < rate(disk, Regions[region]),
                ContextJson = Context(disk, Regions[region], noise),
                OutcomeJson = string.Create(CultureInfo.InvariantCulture, $$"""{"seconds":{{seconds}},"cause":"x"}"""),
                Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("constant", 1),
                Seq = firstSeq + i,
            };
        })];
    }

    /// <summary>A context of that form.</summary>
    public static string Context(double disk, string region, double noise = 0.5) => string.Create(CultureInfo.InvariantCulture, $$"""{"disk":{{disk}},"region":"{{region}}","noise":{{noise}}}""");

    /// <summary>A situation to predict.</summary>
    public static Experience Situation(double disk, string region) => new() { Id = "", Stream = "s", Timestamp = Start, Success = false, ContextJson = Context(disk, region) };
}
