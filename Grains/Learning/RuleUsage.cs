using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Learning.Rules;

namespace NexusActors.Learning;

/// <summary>
/// Counts in memory which rules of this silo's choices were used, and hands what came since to the grains that own the rules, once in each <see cref="RuleOptions.UsagePeriod"/> and at the end. Safe for several threads.
/// </summary>
internal sealed class RuleUsage(IGrainFactory grains, IOptionsMonitor<RuleOptions> options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<RuleUsage> log) : BackgroundService
{
    private readonly Lock _lock = new();
    private Dictionary<(string Stream, string Rule), RuleUse> _uses = [];

    /// <summary>Rules of a stream had a part in a choice.</summary>
    public void Count(string stream, ImmutableArray<RuleStatement> rules, DateTimeOffset at)
    {
        foreach (var rule in rules) { Add(stream, new(rule.Id, 1, at)); }
    }

    /// <summary>Writes down what came since.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await HandOverAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.HasStartedAsync(stoppingToken)) { return; }
        using var timer = new PeriodicTimer(options.CurrentValue.UsagePeriod, time);
        // What was begun is carried to its end: broken off, it might be written and counted again.
        while (await timer.WaitForNextTickAsync(stoppingToken)) { await HandOverAsync(CancellationToken.None); }
    }

    private async Task HandOverAsync(CancellationToken cancellation)
    {
        foreach (var stream in Take().GroupBy(use => use.Key.Stream, use => use.Value, StringComparer.Ordinal))
        {
            try { await grains.GetGrain<IStreamRulesGrain>(stream.Key).UseAsync([.. stream], cancellation); }
            // Where the answer was lost they may be counted twice; uses are told, nothing is decided by them.
            catch (Exception exception) when (exception is NexusException || QueueWriter.IsPassing(exception))
            {
                foreach (var use in stream) { Add(stream.Key, use); }
                LearningLog.RuleUsesKept(log, exception, stream.Sum(use => use.Count), stream.Key);
            }
        }
    }

    private void Add(string stream, RuleUse use)
    {
        lock (_lock)
        {
            _uses[(stream, use.RuleId)] = _uses.TryGetValue((stream, use.RuleId), out var so) ? so with { Count = so.Count + use.Count, LastAt = so.LastAt > use.LastAt ? so.LastAt : use.LastAt } : use;
        }
    }

    private Dictionary<(string Stream, string Rule), RuleUse> Take()
    {
        lock (_lock)
        {
            var taken = _uses;
            _uses = [];
            return taken;
        }
    }
}
