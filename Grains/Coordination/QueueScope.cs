using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>What the parts of one queue share: its name, memory and tools, and what it was told about work being wanted.</summary>
internal sealed class QueueScope
{
    public required string Name { get; init; }

    /// <summary>Key of the grain: the name, or that of a partition.</summary>
    public required string Key { get; init; }

    /// <summary>Slots of the tasks that are here.</summary>
    public SlotRange Slots { get; init; } = SlotRange.All;

    public required QueueMemory Memory { get; init; }
    public required ILedger Ledger { get; init; }
    public required IGrainFactory Grains { get; init; }
    public required QueueRoutes Routes { get; init; }
    public required CoordinationOptions Options { get; init; }
    public required CoordinationMetrics Metrics { get; init; }
    public required ILogger Log { get; init; }
    public required TimeProvider Time { get; init; }
    public required LeaseTokens Tokens { get; init; }
    public required Func<double> Chance { get; init; }

    /// <summary>What experience expects of agents.</summary>
    public required IAgentFit Fit { get; init; }

    /// <summary>What may name a person is replaced before it is stored in an experience.</summary>
    public required Pseudonyms Pseudonyms { get; init; }

    /// <summary>What rules say of agents in the situation of a task.</summary>
    public required ITaskRules Rules { get; init; }

    /// <summary>Asks for a round (assignment, wake-ups, notices) soon.</summary>
    public required Action RequestRound { get; init; }

    /// <summary>One turn at a time per task.</summary>
    public TaskGate Gate { get; } = new();

    /// <summary>Settings as stored; null: the queue was never made.</summary>
    public QueueSettings? Settings { get; set; }

    /// <summary>Whether coordination as a whole runs.</summary>
    public bool Running { get; set; } = true;

    /// <summary>Whether work is given out.</summary>
    public bool Open => Running && Settings is { Paused: false };

    /// <summary>Commits of tasks under way: begun, and not yet in memory.</summary>
    public int Writing { get; set; }

    /// <summary>Commits of tasks that ended.</summary>
    public long Written { get; set; }

    private DateTimeOffset _latest;

    /// <summary>The time; never runs backwards within one activation.</summary>
    public DateTimeOffset Now()
    {
        var now = Time.GetUtcNow();
        return now > _latest ? _latest = now : _latest;
    }

    /// <summary>Where parents stand, with their results; unknown ones are left out.</summary>
    public async Task<Dictionary<string, ParentResult>> ReadParentsAsync(IEnumerable<Dependency> dependencies, CancellationToken cancellation)
    {
        ImmutableArray<string> ids = [.. dependencies.Select(dependency => dependency.TaskId).Distinct(StringComparer.Ordinal)];
        return ids.Length == 0 ? [] : (await Ledger.OutcomesAsync(ids, cancellation)).ToDictionary(parent => parent.TaskId, StringComparer.Ordinal);
    }

    /// <summary>Whether all of the queue is here.</summary>
    public bool IsWhole => Slots == SlotRange.All;

    /// <summary>Whether tasks of such a key are here.</summary>
    public bool Has(TaskSpec spec) => IsWhole || Slots.Has(QueueSlots.Of(spec.Key));

    /// <summary>Limits of a key.</summary>
    public KeyLimits LimitsOf(string key) => Settings is null ? new() : Settings.Keys.GetValueOrDefault(key) ?? (key.Length == 0 ? new() { Weight = Settings.DefaultKey.Weight } : Settings.DefaultKey);
}
