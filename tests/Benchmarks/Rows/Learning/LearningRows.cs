using System.Collections.Immutable;

namespace NexusActors.Benchmarks;

/// <summary>Rows that measure how well the engines of learning do, not how fast the product is.</summary>
internal static class LearningRows
{
    /// <summary>By name.</summary>
    public static readonly ImmutableSortedDictionary<string, Action<Settings, Report>> All = new Dictionary<string, Action<Settings, Report>>
    {
        ["L4"] = ExplorationRow.Run,
        ["L6"] = DriftRow.Run,
        ["L7"] = PlansRow.Run,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
