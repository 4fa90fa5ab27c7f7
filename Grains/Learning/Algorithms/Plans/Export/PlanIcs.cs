using System.Globalization;
using System.Text;

namespace NexusActors.Learning.Plans;

/// <summary>A plan as a calendar (iCalendar, RFC 5545): one all-day event for each goal and one for the end of the plan. Events do not block time.</summary>
internal static class PlanIcs
{
    private const int LineOctetsMax = 75;

    /// <param name="plan">What is written.</param>
    /// <param name="planId">Makes the ids of events unique over all plans; the same plan written again replaces its events.</param>
    /// <param name="version">Grows with each version of the plan (SEQUENCE).</param>
    /// <param name="stamp">When it is written.</param>
    public static string Write(StrategicPlan plan, string planId, int version, DateTimeOffset stamp)
    {
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "PRODID:-//NexusActors//Strategic plans//EN");
        Line(text, "CALSCALE:GREGORIAN");
        foreach (var goal in plan.Goals)
        {
            var critical = goal.IsCritical ? "critical path" : string.Create(CultureInfo.InvariantCulture, $"slack {goal.SlackDays:0.##} days");
            var about = $"Phase {goal.Phase}, {critical}, in four of five simulations done by {goal.FinishP80:yyyy-MM-dd}.";
            Event(text, $"{planId}/{goal.Goal.Id}", version, stamp, goal.Start, goal.Finish, goal.Goal.Id, goal.Goal.Description.Length > 0 ? $"{goal.Goal.Description}\n{about}" : about, Priority(goal.Goal.Priority));
        }
        Event(text, $"{planId}#end", version, stamp, plan.Finish, plan.Finish, "Plan reached", $"In four of five simulations by {plan.Risk.FinishP80:yyyy-MM-dd}.", 5);
        Line(text, "END:VCALENDAR");
        return text.ToString();
    }

    /// <summary>1 is the highest of iCalendar, 9 the lowest; ours are 5 to 1.</summary>
    private static int Priority(int priority) => 11 - (2 * priority);

    private static void Event(StringBuilder text, string id, int version, DateTimeOffset stamp, DateOnly start, DateOnly finish, string summary, string description, int priority)
    {
        Line(text, "BEGIN:VEVENT");
        Line(text, $"UID:{Escape(id)}@nexusactors");
        Line(text, $"DTSTAMP:{stamp.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}");
        Line(text, $"SEQUENCE:{version.ToString(CultureInfo.InvariantCulture)}");
        Line(text, $"DTSTART;VALUE=DATE:{Day(start)}");
        Line(text, $"DTEND;VALUE=DATE:{Day(finish.AddDays(1))}");                                  // exclusive
        Line(text, $"SUMMARY:{Escape(summary)}");
        Line(text, $"DESCRIPTION:{Escape(description)}");
        Line(text, $"PRIORITY:{priority.ToString(CultureInfo.InvariantCulture)}");
        Line(text, "TRANSP:TRANSPARENT");
        Line(text, "END:VEVENT");
    }

    private static string Day(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>TEXT of RFC 5545, 3.3.11; control characters that it does not allow are left out.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var sign in text.Replace("\r\n", "\n", StringComparison.Ordinal))
        {
            _ = sign switch
            {
                '\\' or ';' or ',' => escaped.Append('\\').Append(sign),
                '\n' => escaped.Append("\\n"),
                _ when char.IsControl(sign) && sign != '\t' => escaped,
                _ => escaped.Append(sign),
            };
        }
        return escaped.ToString();
    }

    /// <summary>Folds after 75 octets at most, never within a character (3.1).</summary>
    private static void Line(StringBuilder text, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > LineOctetsMax)
            {
                text.Append("\r\n ");
                octets = 1;
            }
            text.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }
        text.Append("\r\n");
    }
}
