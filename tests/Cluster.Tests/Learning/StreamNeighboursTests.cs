using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Coordination;
using NexusActors.Errors;

namespace NexusActors.Learning;

/// <summary>What is compared follows the stream, and is made anew where it does not know enough.</summary>
public sealed class StreamNeighboursTests(SiloFixture silo) : SiloTests(silo)
{
    private readonly string _stream = silo.NewName("s");
    private int _recorded;

    private IStreamNeighboursGrain Neighbours => Silo.Grains.GetGrain<IStreamNeighboursGrain>(_stream);

    [Fact]
    public async Task Find_ManyCameSinceTheLastLook_AllAreCompared()
    {
        await RecordAsync(100);
        Assert.Equal(100, (await FindAsync(0.5)).Compared);

        await RecordAsync(5_000);

        Assert.Equal(5_100, (await FindAsync(0.5)).Compared);
        await RecordAsync(10);
        Assert.Equal(5_110, (await FindAsync(0.5)).Compared);
    }

    /// <summary>Each that was stored is compared once, whatever is asked meanwhile.</summary>
    [Fact]
    public async Task Find_WhileExperiencesCome_NoneIsMissedAndNoneCountsTwice()
    {
        await RecordAsync(300);
        var questions = Task.WhenAll(Enumerable.Range(0, 20).Select(i => FindAsync(i / 20.0)));
        await RecordAsync(700);
        await questions;

        var report = await Neighbours.FindAsync(new() { ContextJson = """{"load":0.5}""", Count = 100 });

        Assert.Equal(1_000, report.Compared);
        Assert.Equal(100, report.Nearest.Select(one => one.Experience.Id).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>A field that came up since is compared once it matters.</summary>
    [Fact]
    public async Task Find_NewFieldComesUp_IsComparedWhenTheStreamHasGrown()
    {
        await RecordAsync(100);
        Assert.Equal("zone", Assert.Single((await FindAsync(0.5, ",\"zone\":\"a\"")).Unknown));

        await RecordAsync(100, zone: true);
        var report = await FindAsync(0.5, ",\"zone\":\"a\"");

        Assert.Empty(report.Unknown);
        Assert.Equal(2, report.Features);
        Assert.All(report.Nearest, one => Assert.Contains("\"zone\":\"a\"", one.Experience.ContextJson, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Find_AfterAReload_TheSameAnswer()
    {
        await RecordAsync(500);
        var before = await FindAsync(0.25);

        await Silo.DeactivateAsync(Neighbours);

        var after = await FindAsync(0.25);
        Assert.Equal(before.Nearest.Select(one => (one.Experience.Id, one.Distance)), after.Nearest.Select(one => (one.Experience.Id, one.Distance)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(NeighbourLimits.CountMax + 1)]
    public async Task Find_CountOutOfBounds_IsRefused(int count)
    {
        var refusal = await Assert.ThrowsAsync<NexusException>(() => Neighbours.FindAsync(new() { ContextJson = "{}", Count = count }));

        Assert.Equal(NexusError.Invalid, refusal.Error);
    }

    private Task<NeighbourReport> FindAsync(double load, string more = "") =>
        Neighbours.FindAsync(new() { ContextJson = string.Create(CultureInfo.InvariantCulture, $$"""{"load":{{load}}{{more}}}""") });

    private async Task RecordAsync(int count, bool zone = false)
    {
        var random = new Random(_recorded);
        ImmutableArray<Experience> experiences = [.. Enumerable.Range(_recorded, count).Select(i => new Experience
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{_stream}-{i}"),
            Stream = _stream,
            Timestamp = new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero).AddSeconds(i),
            Success = random.Next(2) == 0,
            ContextJson = string.Create(CultureInfo.InvariantCulture, $$"""{"load":{{random.NextDouble()}}{{(zone ? i % 2 == 0 ? ",\"zone\":\"a\"" : ",\"zone\":\"b\"" : "")}}}"""),
        })];
        _recorded += count;
        Assert.All(await Silo.Grains.GetGrain<IExperienceStreamGrain>(_stream).AppendAsync(experiences), reply => Assert.Null(reply.Message));
    }
}
