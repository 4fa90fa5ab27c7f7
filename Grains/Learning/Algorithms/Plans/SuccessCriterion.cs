using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Learning.Plans;

/// <summary>How a metric is compared with a value.</summary>
internal enum Comparison
{
    None = 0,
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
    NotEqual,
}

/// <summary>A criterion that can be measured, such as <c>response_time &lt; 1s</c>.</summary>
/// <param name="Metric">Its name as written, such as <c>response_time</c>; spaces within are kept single.</param>
/// <param name="Comparison">How.</param>
/// <param name="Value">The number as written.</param>
/// <param name="Unit">The unit as written, such as <c>ms</c>, <c>%</c>, <c>req/s</c>; empty: none.</param>
internal sealed record SuccessCriterion(string Metric, Comparison Comparison, double Value, string Unit)
{
    private const int TextMax = 500;

    /// <summary>Signs, and the words that people write for them. Where two begin at the same place, the longer one counts.</summary>
    private static readonly ImmutableArray<(string Text, Comparison Comparison)> Signs =
    [
        ("<=", Comparison.AtMost), ("=<", Comparison.AtMost), ("≤", Comparison.AtMost), (">=", Comparison.AtLeast), ("=>", Comparison.AtLeast), ("≥", Comparison.AtLeast),
        ("!=", Comparison.NotEqual), ("<>", Comparison.NotEqual), ("≠", Comparison.NotEqual), ("==", Comparison.Equal), ("=", Comparison.Equal), ("<", Comparison.Below), (">", Comparison.Above),
        (" less than or equal to ", Comparison.AtMost), (" at most ", Comparison.AtMost), (" no more than ", Comparison.AtMost), (" not more than ", Comparison.AtMost), (" up to ", Comparison.AtMost),
        (" greater than or equal to ", Comparison.AtLeast), (" at least ", Comparison.AtLeast), (" no less than ", Comparison.AtLeast), (" not less than ", Comparison.AtLeast),
        (" less than ", Comparison.Below), (" below ", Comparison.Below), (" under ", Comparison.Below), (" greater than ", Comparison.Above), (" more than ", Comparison.Above), (" above ", Comparison.Above),
        (" over ", Comparison.Above), (" equal to ", Comparison.Equal), (" equals ", Comparison.Equal),
    ];

    /// <summary>Factors to the base unit of each kind: seconds, bytes, a share of one.</summary>
    private static readonly ImmutableDictionary<string, (double Factor, string Base)> Units = new (double Factor, string Base, string Names)[]
    {
        (1e-9, "s", "ns"), (1e-6, "s", "us µs μs"), (1e-3, "s", "ms millisecond milliseconds"), (1, "s", "s sec secs second seconds"), (60, "s", "min mins minute minutes"), (3_600, "s", "h hour hours"),
        (86_400, "s", "d day days"), (0.01, "1", "% percent"), (0.001, "1", "‰"),
        (1, "By", "B bytes"), (1e3, "By", "kB KB"), (1e6, "By", "MB"), (1e9, "By", "GB"), (1e12, "By", "TB"), (1 << 10, "By", "KiB"), (1 << 20, "By", "MiB"), (1 << 30, "By", "GiB"), (1L << 40, "By", "TiB"),
        (1, "By/s", "B/s bytes/s"), (1e3, "By/s", "kB/s KB/s"), (1e6, "By/s", "MB/s"), (1e9, "By/s", "GB/s"),
        (1, "1/s", "req/s requests/s rps tps qps /s"), (1.0 / 60, "1/s", "req/min requests/min rpm /min"),
    }.SelectMany(unit => unit.Names.Split(' '), (unit, name) => (name, unit)).ToImmutableDictionary(pair => pair.name, pair => (pair.unit.Factor, pair.unit.Base), StringComparer.Ordinal).Add("", (1, "1"));

    /// <summary>The value in its base unit, where the unit is known: seconds, bytes (<c>By</c>), either per second, or a plain number (<c>1</c>; 5 % is 0.05). Otherwise as written.</summary>
    public (double Value, string Unit) InBaseUnit => Units.TryGetValue(Unit, out var known) ? (Value * known.Factor, known.Base) : (Value, Unit);

    /// <summary>Whether a measured value, in the base unit, meets the criterion. What is not a number meets none.</summary>
    public bool IsMetBy(double measured) => Comparison switch
    {
        Comparison.Below => measured < InBaseUnit.Value,
        Comparison.AtMost => measured <= InBaseUnit.Value,
        Comparison.Above => measured > InBaseUnit.Value,
        Comparison.AtLeast => measured >= InBaseUnit.Value,
        Comparison.Equal => measured == InBaseUnit.Value,
        Comparison.NotEqual => !double.IsNaN(measured) && measured != InBaseUnit.Value,
        _ => false,
    };

    /// <summary>Reads a criterion; null where the text has no comparison with a number, and is a matter for people.</summary>
    public static SuccessCriterion? Parse(string text)
    {
        if (text.Length > TextMax) { return null; }
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var (at, sign) = (int.MaxValue, ("", Comparison.None));
        foreach (var candidate in Signs)
        {
            var found = text.IndexOf(candidate.Text, StringComparison.OrdinalIgnoreCase);
            if (found >= 0 && (found < at || (found == at && candidate.Text.Length > sign.Item1.Length))) { (at, sign) = (found, candidate); }
        }
        if (sign.Item2 == Comparison.None) { return null; }
        var metric = MetricOf(text[..at]);
        return metric.Length > 0 && Number(text.AsSpan(at + sign.Item1.Length).Trim(), out var value, out var unit) ? new(metric, sign.Item2, value, unit) : null;
    }

    /// <summary>In the form that <see cref="Parse"/> reads back as the same.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Metric} {Sign} {Value:R}{(Unit.Length > 0 ? " " : "")}{Unit}");

    private string Sign => Comparison switch
    {
        Comparison.Below => "<",
        Comparison.AtMost => "<=",
        Comparison.Above => ">",
        Comparison.AtLeast => ">=",
        Comparison.Equal => "=",
        _ => "!=",
    };

    /// <summary>Drops the verb that a sentence has before the comparison: <c>latency must be below …</c>.</summary>
    private static string MetricOf(string text)
    {
        List<string> words = [.. text.TrimEnd(' ', ':').Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        while (words.Count > 1 && words[^1].ToLowerInvariant() is "is" or "are" or "be" or "must" or "should" or "shall" or "stays" or "remains" or "of") { words.RemoveAt(words.Count - 1); }
        return string.Join(' ', words);
    }

    /// <summary>A number, perhaps with commas between groups of three digits, and what follows it.</summary>
    private static bool Number(ReadOnlySpan<char> text, out double value, out string unit)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] is '.' or ',' || (text[length] is '-' or '+' && (length == 0 || text[length - 1] is 'e' or 'E')) || IsExponent(text, length))) { length++; }
        var digits = text[..length].ToString();
        unit = text[length..].Trim().ToString();
        value = 0;
        return IsGrouped(digits) && unit.IndexOfAny(['<', '>', '=', '≤', '≥', '≠']) < 0
            && double.TryParse(digits, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    private static bool IsExponent(ReadOnlySpan<char> text, int at) =>
        at > 0 && text[at] is 'e' or 'E' && at + 1 < text.Length && (char.IsAsciiDigit(text[at + 1]) || (text[at + 1] is '-' or '+' && at + 2 < text.Length && char.IsAsciiDigit(text[at + 2])));

    /// <summary>0,5 is neither five nor a half: a comma must stand before exactly three digits.</summary>
    private static bool IsGrouped(string digits)
    {
        var parts = digits.Split('.');
        var groups = parts[0].TrimStart('-', '+').Split(',');
        return parts is [_] or [_, _] && (parts.Length == 1 || !parts[1].Contains(',', StringComparison.Ordinal))
            && (groups.Length == 1 || (groups[0].Length is >= 1 and <= 3 && groups[1..].All(group => group.Length == 3 && group.All(char.IsAsciiDigit))));
    }
}
