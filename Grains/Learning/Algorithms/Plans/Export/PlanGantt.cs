using System.Globalization;
using System.Text;

namespace NexusActors.Learning.Plans;

/// <summary>A plan as a Mermaid gantt chart: a section for each phase, critical goals and those begun or reached marked, and the end as a milestone.</summary>
internal static class PlanGantt
{
    /// <param name="plan">What is drawn.</param>
    /// <param name="title">Above the chart.</param>
    public static string Write(StrategicPlan plan, string title)
    {
        var text = new StringBuilder("gantt\n");
        text.Append("    title ").Append(Label(title)).Append('\n').Append("    dateFormat YYYY-MM-DD\n").Append("    axisFormat %Y-%m-%d\n");
        foreach (var phase in plan.Goals.Select((goal, i) => (goal, i)).GroupBy(one => one.goal.Phase).OrderBy(phase => phase.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"    section Phase {phase.Key}\n");
            foreach (var (goal, i) in phase.OrderBy(one => one.goal.StartDay))
            {
                // Mermaid's ends are exclusive.
                text.Append(CultureInfo.InvariantCulture, $"    {Label(goal.Goal.Description.Length > 0 ? $"{goal.Goal.Id} {goal.Goal.Description}" : goal.Goal.Id)} :{(goal.IsCritical ? "crit, " : "")}{Mark(goal.State)}g{i + 1}, {goal.Start:yyyy-MM-dd}, {goal.Finish.AddDays(1):yyyy-MM-dd}\n");
            }
        }
        text.Append(CultureInfo.InvariantCulture, $"    section End\n    Plan reached :milestone, reached, {plan.Finish:yyyy-MM-dd}, 0d\n");
        return text.ToString();
    }

    private static string Mark(GoalState state) => state switch { GoalState.Finished => "done, ", GoalState.InProgress => "active, ", _ => "" };

    /// <summary>Text without the signs that mean something to Mermaid; at most 80 of it.</summary>
    private static string Label(string text)
    {
        const int max = 80;
        var label = new StringBuilder(Math.Min(text.Length, max));
        foreach (var rune in text.EnumerateRunes().Take(max)) { label.Append(Rune.IsControl(rune) || rune.Value is ':' or ';' or '#' or '%' or '"' or '<' or '>' ? " " : rune.ToString()); }
        return label.ToString().Trim() is { Length: > 0 } shown ? shown : "–";
    }
}
