using System.Globalization;

namespace NexusActors.Learning.Plans;

/// <summary>How long goals take.</summary>
internal static class EffortScale
{
    private const double DaysLeast = 2;
    private const double DaysRatio = 20;
    private const double OptimisticShare = 0.6;
    private const double DefaultComplexity = 0.5;
    private const double LeftLeast = 1.0 / WorkCalendar.SlotsPerDay;

    /// <summary>
    /// Effort as given; otherwise by complexity c: most likely 2 · 20^c working days (2 days at 0, 9 at 0.5, 40 at 1), at best 60 % and at worst (150 + 150 c) % of it. This scale is a convention, not a measurement.
    /// </summary>
    public static GoalEffort Of(PlanGoal goal)
    {
        if (goal.EffortDays is { } given) { return new(given, "as given"); }
        var complexity = goal.Complexity ?? DefaultComplexity;
        var likely = DaysLeast * Math.Pow(DaysRatio, complexity);
        var worst = 1.5 + (1.5 * complexity);
        var source = goal.Complexity is null ? $"neither effort nor complexity is given, so complexity {DefaultComplexity.ToString(CultureInfo.InvariantCulture)} is assumed" : string.Create(CultureInfo.InvariantCulture, $"derived from complexity {complexity:0.##}");
        return new(
            new(OptimisticShare * likely, likely, worst * likely),
            string.Create(CultureInfo.InvariantCulture, $"{source}: most likely {DaysLeast} · {DaysRatio}^{complexity:0.##} = {likely:0.#} working days, at best {OptimisticShare:P0} and at worst {worst:P0} of that"));
    }

    /// <summary>What is left of an effort after some days: at least a quarter of a day, since it is not reached.</summary>
    public static ThreePoint Without(ThreePoint whole, double days) => new(Math.Max(LeftLeast, whole.Low - days), Math.Max(LeftLeast, whole.Likely - days), Math.Max(LeftLeast, whole.High - days));
}
