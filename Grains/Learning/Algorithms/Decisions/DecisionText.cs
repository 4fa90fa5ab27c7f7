using System.Globalization;

namespace NexusActors.Learning.Decisions;

/// <summary>Numbers and lists as people write them.</summary>
internal static class DecisionText
{
    /// <summary>A number with at most four digits that matter; what rounding leaves of nothing is 0.</summary>
    public static string Of(double number) => Math.Abs(number) switch
    {
        < 1e-12 => "0",
        >= 1e9 or < 1e-3 => number.ToString("0.###E+0", CultureInfo.InvariantCulture),
        >= 1000 => number.ToString("#,0.#", CultureInfo.InvariantCulture),
        _ => number.ToString("0.####", CultureInfo.InvariantCulture),
    };

    /// <summary>A share in per cent.</summary>
    public static string Percent(double share) => (100 * share).ToString(share is > 0 and < 0.1 ? "0.#" : "0", CultureInfo.InvariantCulture) + " %";

    /// <summary>An objective as words: <c>minimize cost</c>.</summary>
    public static string Words(string name) => name.Replace('_', ' ');

    /// <summary>How a method is called.</summary>
    public static string Of(RankingMethod method) => method switch
    {
        RankingMethod.Spotis => "SPOTIS",
        RankingMethod.Topsis => "TOPSIS",
        RankingMethod.Promethee => "PROMETHEE II",
        _ => "VIKOR",
    };

    /// <summary><c>a, b and c</c>.</summary>
    public static string List(IReadOnlyList<string> items) => items.Count < 2 ? string.Concat(items) : $"{string.Join(", ", items.Take(items.Count - 1))} and {items[^1]}";
}
