namespace NexusActors.Learning.Plans;

/// <summary>A metric over the last five minutes.</summary>
/// <param name="Latest">Newest value.</param>
/// <param name="Average">Mean.</param>
/// <param name="Samples">How many, at least 1.</param>
internal sealed record MeasuredMetric(double Latest, double Average, int Samples);

/// <summary>Compares success criteria with what is measured. A number without a unit counts in the unit of the metric itself: <c>cpu_usage &lt; 80</c> is 80 %.</summary>
internal static class CriterionTracking
{
    private const string Percent = "%";

    /// <param name="goalId">The goal that it belongs to.</param>
    /// <param name="text">As it was written.</param>
    /// <param name="measured">By name of the metric.</param>
    public static CriterionView Compare(string goalId, string text, IReadOnlyDictionary<string, MeasuredMetric> measured)
    {
        var view = new CriterionView { GoalId = goalId, Text = text };
        if (SuccessCriterion.Parse(text) is not { } criterion) { return view with { Reason = "it has no comparison with a number; people must judge it" }; }
        var name = string.Concat(criterion.Metric.Select(sign => sign is ' ' or '-' ? '_' : char.ToLowerInvariant(sign)));
        var metric = measured.ContainsKey(name) || !measured.ContainsKey($"{name}_usage") ? name : $"{name}_usage";
        var own = UnitOf(metric);
        var (target, unit) = criterion.Unit.Length == 0 ? (criterion.Value, own) : criterion.InBaseUnit;
        view = view with { Parsed = criterion.ToString(), Metric = metric, Target = target, Unit = unit };
        if (!measured.TryGetValue(metric, out var found)) { return view with { Reason = $"no metric '{metric}' is measured" }; }
        if (criterion.Unit.Length > 0 && own is null) { return view with { Reason = $"the unit of '{metric}' is not known; write the number without '{criterion.Unit}' to compare it as it is" }; }
        if (criterion.Unit.Length > 0 && BaseOf(own) != unit) { return view with { Reason = $"'{criterion.Unit}' is no unit of '{metric}', which is measured in {own}" }; }
        var factor = criterion.Unit.Length > 0 && own == Percent ? 0.01 : 1;
        var (latest, average) = (found.Latest * factor, found.Average * factor);
        return view with { Latest = latest, Average = average, Samples = found.Samples, Holds = criterion.IsMetBy(latest), HoldsOnAverage = criterion.IsMetBy(average) };
    }

    private static string? BaseOf(string? unit) => unit == Percent ? "1" : unit;

    /// <summary>The unit that a metric's name states, in base units but for percentages; null: it states none.</summary>
    private static string? UnitOf(string metric) => metric switch
    {
        "load_average" => "1",
        _ when metric.EndsWith("_usage", StringComparison.Ordinal) || metric.EndsWith("_percent", StringComparison.Ordinal) => Percent,
        _ when metric.EndsWith("_bytes_per_second", StringComparison.Ordinal) => "By/s",
        _ when metric.EndsWith("_per_second", StringComparison.Ordinal) => "1/s",
        _ when metric.EndsWith("_bytes", StringComparison.Ordinal) => "By",
        _ when metric.EndsWith("_seconds", StringComparison.Ordinal) => "s",
        _ => null,
    };
}
