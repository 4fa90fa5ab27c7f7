using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Learning.Features;

namespace NexusActors.Benchmarks;

/// <summary>One event of an incident, with what is known of it only later kept apart.</summary>
internal sealed record IncidentEvent
{
    /// <summary>Place in the file.</summary>
    public required int Row { get; init; }
    /// <summary>Place of its incident in the order of opening.</summary>
    public required int Incident { get; init; }
    /// <summary>When it happened.</summary>
    public required DateTimeOffset At { get; init; }
    public required DateTimeOffset Opened { get; init; }
    /// <summary>When the outcome becomes known. No feature.</summary>
    public required DateTimeOffset Closed { get; init; }
    /// <summary>The outcome: <c>made_sla</c> of the incident's last row. No feature.</summary>
    public required bool Success { get; init; }
    /// <summary>Fields as in the file.</summary>
    public required string[] Fields { get; init; }
    /// <summary><c>made_sla</c> of this row: the target is not missed yet.</summary>
    public required bool Met { get; init; }
    /// <summary>Neither resolved nor closed.</summary>
    public required bool Open { get; init; }
    /// <summary>Of the newest 30 % of the incidents.</summary>
    public required bool Test { get; init; }
}

/// <summary>The incident event log, in order of time.</summary>
internal static class IncidentLog
{
    public const double TestShare = 0.3;

    /// <summary>Words that are known at the event.</summary>
    public static readonly ImmutableArray<string> Words =
        ["contact_type", "location", "category", "subcategory", "u_symptom", "assignment_group", "assigned_to", "opened_by", "caller_id", "knowledge", "u_priority_confirmation", "incident_state", "active", "sys_updated_by", "made_sla", "impact", "urgency", "priority"];

    /// <summary>Numbers that are known at the event.</summary>
    public static readonly ImmutableArray<string> Counts = ["reassignment_count", "reopen_count", "sys_mod_count"];

    /// <summary>Events by time of update, then as in the file.</summary>
    public static (CsvData Data, ImmutableArray<IncidentEvent> Events) Read(string path)
    {
        var data = CsvData.Read(path);
        var (number, opened, updated, closed, met, state) = (data["number"], data["opened_at"], data["sys_updated_at"], data["closed_at"], data["made_sla"], data["incident_state"]);
        var last = data.Rows.Select((fields, row) => (fields, row)).GroupBy(pair => pair.fields[number]).ToDictionary(incident => incident.Key, incident => incident.Last().fields);
        var order = last.Values.OrderBy(fields => Time(fields[opened])).ThenBy(fields => fields[number], StringComparer.Ordinal).Select((fields, place) => (fields, place)).ToDictionary(pair => pair.fields[number], pair => pair.place);
        var test = (int)Math.Ceiling(order.Count * (1 - TestShare) - 1e-9);
        return (data, [.. data.Rows.Select((fields, row) => new IncidentEvent
        {
            Row = row,
            Incident = order[fields[number]],
            At = Time(fields[updated]),
            Opened = Time(fields[opened]),
            Closed = Time(last[fields[number]][closed]),
            Success = IsTrue(last[fields[number]][met]),
            Fields = fields,
            Met = IsTrue(fields[met]),
            Open = fields[state] is not ("Resolved" or "Closed"),
            Test = order[fields[number]] >= test,
        }).OrderBy(happening => happening.At).ThenBy(happening => happening.Row)]);
    }

    /// <summary>The columns as they are, for events in their order.</summary>
    public static List<FeatureColumn> RawColumns(CsvData data, ImmutableArray<IncidentEvent> events)
    {
        FeatureColumn Derived(string name, Func<IncidentEvent, double> value) => new NumericColumn(name, [.. events.Select(value)]);
        return
        [
            .. Words.Select(name => CsvData.Column(name, [.. events.Select(happening => happening.Fields[data[name]])], words: true)),
            .. Counts.Select(name => CsvData.Column(name, [.. events.Select(happening => happening.Fields[data[name]])])),
            Derived("age_hours", happening => (happening.At - happening.Opened).TotalHours),
            Derived("opened_hour", happening => happening.Opened.TimeOfDay.TotalHours),
            Derived("opened_weekday", happening => (int)happening.Opened.DayOfWeek),
            Derived("updated_hour", happening => happening.At.TimeOfDay.TotalHours),
            Derived("updated_weekday", happening => (int)happening.At.DayOfWeek),
        ];
    }

    private static bool IsTrue(string text) => text.Equals("true", StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(text, ["d/M/yyyy HH:mm", "d/M/yyyy H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
