using System.Collections.Frozen;
using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>One thing that is wanted.</summary>
/// <param name="Name">As the user wrote it, in lower case with underscores.</param>
/// <param name="Candidates">Attributes that it may speak of; the first that any alternative states as a number is meant.</param>
/// <param name="Maximize">Whether more is better.</param>
/// <param name="Weight">Importance against the others, not negative.</param>
internal sealed record DecisionObjective(string Name, ImmutableArray<string> Candidates, bool Maximize, double Weight = 1)
{
    private static readonly (string Prefix, bool Maximize)[] Prefixes = [("minimize_", false), ("maximize_", true), ("minimise_", false), ("maximise_", true), ("min_", false), ("max_", true)];

    /// <summary>Reads <c>minimize_X</c> or <c>maximize_X</c>, whatever its case. Null: it is neither.</summary>
    public static DecisionObjective? Parse(string text, double weight = 1)
    {
        var name = AttributeNames.Plain(text);
        foreach (var (prefix, maximize) in Prefixes)
        {
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal)) { return new(name, AttributeNames.Candidates(name[prefix.Length..]), maximize, weight); }
        }
        return null;
    }
}

/// <summary>Which attribute of an alternative a word of the user speaks of.</summary>
internal static class AttributeNames
{
    private static readonly FrozenDictionary<string, string[]> Known = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["cost"] = ["estimated_cost"],
        ["budget"] = ["budget", "estimated_cost", "cost"],
        ["performance"] = ["performance_gain"],
        ["latency"] = ["estimated_latency"],
        ["reliability"] = ["reliability_score", "reliability_improvement"],
        ["risk"] = ["risk_score"],
        ["efficiency"] = ["efficiency_score"],
        ["downtime"] = ["estimated_downtime"],
        ["time"] = ["time", "estimated_time", "implementation_time"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] TimeWords = ["latency", "time", "duration", "delay", "downtime", "runtime", "seconds", "minutes", "hours"];
    private static readonly string[] RiskWords = ["risk", "failure", "failures", "error", "errors"];
    private static readonly string[] SafetyWords = ["reliability", "availability", "safety", "security"];

    /// <summary>The known attribute first, then X, estimated_X, X_score, X_gain, X_improvement.</summary>
    public static ImmutableArray<string> Candidates(string word) =>
        [.. Known.GetValueOrDefault(word, []).Concat([word, $"estimated_{word}", $"{word}_score", $"{word}_gain", $"{word}_improvement"]).Distinct(StringComparer.Ordinal)];

    /// <summary>Lower case, with underscores.</summary>
    public static string Plain(string text) => text.Trim().ToLowerInvariant().Replace('-', '_').Replace(' ', '_');

    /// <summary>Whether less of it means sooner.</summary>
    public static bool IsTime(string attribute) => attribute.Split('_').Any(TimeWords.Contains);

    /// <summary>Whether the objective asks for less risk: less of a risk, or more of a safety.</summary>
    public static bool IsRisk(string attribute, bool maximize) => attribute.Split('_').Any((maximize ? SafetyWords : RiskWords).Contains);
}
