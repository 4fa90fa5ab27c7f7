using Microsoft.Extensions.Options;
using NexusActors.Learning.Patterns;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Looks for patterns, one search at a time; who asks the same meanwhile gets the answer that was found.</summary>
[GrainType("patterns")]
internal sealed class PatternGrain(ILedger ledger, LearningCompute compute, TimeProvider time, IOptionsMonitor<PatternOptions> options) : Grain, IPatternGrain
{
    private readonly Dictionary<TimeSpan, Found> _found = [];

    public async Task<PatternReport> FindAsync(TimeSpan period, CancellationToken cancellation)
    {
        var (settings, stream) = (options.CurrentValue, PatternScope.Stream(this.GetPrimaryKeyString()));
        var newest = await ledger.ListExperiencesAsync(new() { Stream = stream, Limit = 1 }, cancellation);
        var (seq, now, erasure) = (newest.IsEmpty ? 0 : newest[0].Seq, time.GetUtcNow(), await ledger.FindSettingAsync(ErasureFacts.LastSetting, cancellation));
        foreach (var (old, _) in _found.Where(found => found.Value.Seq != seq || found.Value.Erasure != erasure || now - found.Value.At >= settings.CacheTime).ToArray()) { _found.Remove(old); }
        if (_found.TryGetValue(period, out var known)) { return known.Report; }

        var window = await ExperienceWindow.ReadAsync(ledger, new() { Stream = stream, From = now - period }, LearningCompute.RowsThatFit(settings.ExperiencesMax), await RoleFacts.SeenAsync(ledger, stream, cancellation), cancellation);
        var report = await compute.RunAsync(token => ExperiencePatterns.Of(window.Experiences, settings.ExperiencesMin, token), cancellation) with { Truncated = window.Truncated };
        _found[period] = new(seq, now, erasure, report);
        return report;
    }

    private sealed record Found(long Seq, DateTimeOffset At, string? Erasure, PatternReport Report);
}
