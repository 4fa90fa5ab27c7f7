using System.Collections.Immutable;

namespace NexusActors.Benchmarks;

/// <summary>Rows that measure how well the engines of learning do, and how fast they are.</summary>
internal static class LearningRows
{
    /// <summary>By name.</summary>
    public static readonly ImmutableSortedDictionary<string, Action<Settings, Report>> All = new Dictionary<string, Action<Settings, Report>>
    {
        ["L1"] = IncidentsRow.Run,
        ["L2"] = CoverageRow.Run,
        ["L3"] = RulesRow.Run,
        ["L4"] = ExplorationRow.Run,
        ["L5"] = ParetoRow.Run,
        ["L6"] = DriftRow.Run,
        ["L7"] = PlansRow.Run,
        ["L8"] = ExperiencesRow.Run,
        ["L9"] = CensusRow.Run,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
