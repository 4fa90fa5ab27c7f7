using System.Globalization;
using System.Text;

namespace NexusActors.Learning.Plans;

/// <summary>
/// A plan as CSV (RFC 4180): a heading, then one line for each goal, by start. Lines end with CRLF; text that begins with a sign which spreadsheets take for a formula (= + - @, tab, carriage return) gets an apostrophe in front.
/// Days are ISO 8601, numbers have a point, lists are parted by semicolons.
/// </summary>
internal static class PlanCsv
{
    private const string Columns = "id,description,priority,phase,start,finish,finish_p80,duration_days,slack_days,critical,cost,teams,depends_on,effort_basis,success_criteria,state";

    public static string Write(StrategicPlan plan)
    {
        var text = new StringBuilder(Columns).Append("\r\n");
        foreach (var goal in plan.Goals.OrderBy(goal => goal.StartDay).ThenBy(goal => goal.FinishDay))
        {
            text.AppendJoin(',',
                Text(goal.Goal.Id),
                Text(goal.Goal.Description),
                Number(goal.Goal.Priority),
                Number(goal.Phase),
                Day(goal.Start),
                Day(goal.Finish),
                Day(goal.FinishP80),
                Number(goal.FinishDay - goal.StartDay),
                Number(goal.SlackDays),
                goal.IsCritical ? "true" : "false",
                Number(Math.Round(goal.Cost, 2)),
                Text(string.Join(';', goal.Resources.Where(team => team.Value > 0).Select(team => $"{team.Key}:{team.Value}"))),
                Text(string.Join(';', goal.Goal.Dependencies)),
                Text(goal.Effort.Basis),
                Text(string.Join(';', goal.Goal.SuccessCriteria)),
                goal.State switch { GoalState.Finished => "finished", GoalState.InProgress => "in_progress", _ => "planned" }).Append("\r\n");
        }
        return text.ToString();
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny([',', '"', '\r', '\n']) >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
