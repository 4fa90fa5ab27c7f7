using System.Globalization;
using System.Text;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Rules as CSV (RFC 4180): a heading, then one line for each. Lines end with CRLF; text that begins with a sign which spreadsheets take for a formula (= + - @, tab, carriage return) gets an apostrophe in front.</summary>
internal static class RuleCsv
{
    /// <summary>Media type.</summary>
    public const string MediaType = "text/csv";

    private const string Columns = "id,stream,condition,outcome,action,status,in_force,pinned,disabled,priority,confidence,success_rate,usage_count,created_at,last_used,held_out_support,held_out_hits,since_support,since_hits,since_experiences,since_lift,reason";

    /// <summary>Writes them.</summary>
    public static string Write(IEnumerable<AdaptationRule> rules)
    {
        var text = new StringBuilder(Columns).Append("\r\n");
        foreach (var rule in rules)
        {
            text.AppendJoin(',',
                Text(rule.Id), Text(rule.Stream), Text(rule.Condition), RuleSummary.OutcomeOf(rule), Text(rule.Action), WireName<RuleStatus>.Of(rule.Status), Flag(rule.InForce), Flag(rule.Pinned), Flag(rule.Disabled),
                Number(rule.Priority), Number(rule.Confidence), Number(rule.SuccessRate), Number(rule.UsageCount), Time(rule.CreatedAt), rule.LastUsed is { } used ? Time(used) : "",
                Number(rule.HeldOut.Support), Number(rule.HeldOut.Hits), Number(rule.Since.Support), Number(rule.Since.Hits), Number(rule.Since.Experiences), Number(rule.Since.Lift), Text(rule.Reason)).Append("\r\n");
        }
        return text.ToString();
    }

    private static string Flag(bool flag) => flag ? "true" : "false";

    private static string Number(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static string Text(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny([',', '"', '\r', '\n']) >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
