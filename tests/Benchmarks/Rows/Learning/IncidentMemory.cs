using System.Collections.Immutable;
using NexusActors.Learning.Features;

namespace NexusActors.Benchmarks;

/// <summary>
/// Features from events earlier than the one at hand (strictly, by the minute). Rates are over whole cohorts: of the incidents that began a week ago, how many were closed by now; of those that
/// began two days ago, how many resolved. An incident counts when its time is up and not when it ends, so that those that end fast are not favoured. Outcomes are not used.
/// </summary>
internal sealed class IncidentMemory
{
    private static readonly string[] Keys = ["assignment_group", "assigned_to", "subcategory", "u_symptom", "caller_id", "location", "priority", "opened_by"];

    private readonly int[] _keys;
    private readonly int _state, _group, _person, _editor;
    private readonly Dictionary<int, History> _histories = [];
    private readonly DecayedRates _week = new(TimeSpan.FromDays(21), 0.5);
    private readonly DecayedRates _twoDays = new(TimeSpan.FromDays(14), 0.5);
    private readonly Queue<History> _beforeWeek = new();
    private readonly Queue<History> _beforeTwoDays = new();
    private readonly DecayedRates _hours = new(TimeSpan.FromDays(21), Math.Log(24));
    private readonly DecayedRates _arrivals = new(TimeSpan.FromDays(3), 0);
    private readonly DecayedRates _resolved = new(TimeSpan.FromDays(3), 0);

    private IncidentMemory(CsvData data)
    {
        _keys = [.. Keys.Select(name => data[name])];
        (_state, _group, _person, _editor) = (data["incident_state"], data["assignment_group"], data["assigned_to"], data["sys_updated_by"]);
    }

    /// <summary>The features of all events, which are in order of time.</summary>
    public static List<FeatureColumn> Columns(CsvData data, ImmutableArray<IncidentEvent> events)
    {
        var memory = new IncidentMemory(data);
        var rows = new double[events.Length][];
        for (var i = 0; i < events.Length;)
        {
            var end = i;
            memory.Mature(events[i].At);
            for (; end < events.Length && events[end].At == events[i].At; end++) { rows[end] = memory.Recall(events[end]); }
            for (; i < end; i++) { memory.Remember(events[i]); }
        }

        string[] names =
        [
            "events_before", "hours_since_event", "hours_in_state", "hours_since_first_event", "groups_before", "people_before", "editors_before", "was_resolved", "hours_since_resolved", "business_hours",
            .. Keys.SelectMany(key => new[] { $"closed_in_week_by_{key}", $"resolved_in_two_days_by_{key}", $"hours_to_resolve_by_{key}" }),
            "closed_in_week", "resolved_in_two_days", "group_resolved_for_arrived", "age_against_group", "age_against_subcategory",
        ];
        return [.. names.Select((name, place) => (FeatureColumn)new NumericColumn(name, [.. rows.Select(row => row[place])]))];
    }

    private double[] Recall(IncidentEvent happening)
    {
        var at = happening.At;
        var history = _histories.GetValueOrDefault(happening.Incident);
        var (age, group, person) = ((at - happening.Opened).TotalHours, Word(happening, _group), Word(happening, _person));
        return
        [
            history?.Events ?? 0,
            history is null ? double.NaN : (at - history.Last).TotalHours,
            history is null || history.State != happening.Fields[_state] ? 0 : (at - history.StateSince).TotalHours,
            history is null ? 0 : (at - history.First).TotalHours,
            history?.Groups.Count ?? 0,
            history?.People.Count ?? 0,
            history?.Editors.Count ?? 0,
            history?.Resolved is null ? 0 : 1,
            history?.Resolved is { } resolved ? (at - resolved).TotalHours : double.NaN,
            BusinessHours(happening.Opened, at),
            .. _keys.SelectMany(key => new[] { _week.Mean(Word(happening, key), at), _twoDays.Mean(Word(happening, key), at), _hours.Mean(Word(happening, key), at) }),
            _week.Mean("", at),
            _twoDays.Mean("", at),
            (1 + _resolved.Weight(group, at)) / (1 + _arrivals.Weight(group, at)),
            Math.Log(1 + age) - _hours.Mean(group, at),
            Math.Log(1 + age) - _hours.Mean(Word(happening, _keys[2]), at),
        ];
    }

    /// <summary>Counts the incidents whose time is up.</summary>
    private void Mature(DateTimeOffset now)
    {
        for (; _beforeWeek.TryPeek(out var history) && history.First.AddDays(7) <= now; _beforeWeek.Dequeue())
        {
            foreach (var word in history.Words) { _week.Add(word, history.First.AddDays(7), history.Closed ? 1 : 0); }
        }

        for (; _beforeTwoDays.TryPeek(out var history) && history.First.AddDays(2) <= now; _beforeTwoDays.Dequeue())
        {
            foreach (var word in history.Words) { _twoDays.Add(word, history.First.AddDays(2), history.Resolved is null ? 0 : 1); }
        }
    }

    private void Remember(IncidentEvent happening)
    {
        var (at, group, person) = (happening.At, Word(happening, _group), Word(happening, _person));
        if (!_histories.TryGetValue(happening.Incident, out var history))
        {
            _histories.Add(happening.Incident, history = new() { First = at });
            _beforeWeek.Enqueue(history);
            _beforeTwoDays.Enqueue(history);
            _arrivals.Add(group, at, 1);
        }

        history.Words = [.. _keys.Select(key => Word(happening, key)), ""];
        if (history.State != happening.Fields[_state]) { (history.State, history.StateSince) = (happening.Fields[_state], at); }
        history.Closed |= happening.Fields[_state] == "Closed";
        if (!happening.Open && history.Resolved is null)
        {
            history.Resolved = at;
            foreach (var word in history.Words) { _hours.Add(word, at, Math.Log(1 + (at - happening.Opened).TotalHours)); }
            _resolved.Add(group, at, 1);
        }

        history.Events++;
        history.Last = at;
        history.Groups.Add(group);
        history.People.Add(person);
        history.Editors.Add(happening.Fields[_editor]);
    }

    /// <summary>The word with its column, since columns share numbers.</summary>
    private static string Word(IncidentEvent happening, int column) => $"{column}:{happening.Fields[column]}";

    /// <summary>Hours from 8 to 18, Monday to Friday.</summary>
    private static double BusinessHours(DateTimeOffset from, DateTimeOffset to)
    {
        double hours = 0;
        var day = from.Date;
        var fullDays = Math.Min(400, (int)(to.Date - day).TotalDays);
        for (var i = 0; i <= fullDays; i++, day = day.AddDays(1))
        {
            if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) { continue; }
            var (start, end) = (Math.Max(from.UtcTicks, day.AddHours(8).Ticks), Math.Min(to.UtcTicks, day.AddHours(18).Ticks));
            hours += Math.Max(0, TimeSpan.FromTicks(end - start).TotalHours);
        }

        return hours;
    }

    private sealed class History
    {
        public int Events { get; set; }
        public DateTimeOffset First { get; init; }
        public DateTimeOffset Last { get; set; }
        public string State { get; set; } = "";
        public DateTimeOffset StateSince { get; set; }
        public DateTimeOffset? Resolved { get; set; }
        public bool Closed { get; set; }
        public string[] Words { get; set; } = [];
        public HashSet<string> Groups { get; } = [];
        public HashSet<string> People { get; } = [];
        public HashSet<string> Editors { get; } = [];
    }
}
