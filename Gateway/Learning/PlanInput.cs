using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Reads what is said of plans.</summary>
internal static class PlanInput
{
    /// <summary>Plans on a page where the caller does not say.</summary>
    public const int PageDefault = 20;
    /// <summary>Longest wait of one read in seconds.</summary>
    public const int WaitSecondsMax = 60;

    private const string DayExpected = "a day such as 2030-05-01";
    private const int NotAppliedMax = 200;

    private static readonly ImmutableHashSet<string> GoalMembers =
    [
        "id", "description", "priority", "success_criteria", "complexity", "requires_specialist", "depends_on", "effort_days", "resources", "cost", "deadline", "not_before",
    ];

    private static readonly ImmutableHashSet<string> ConstraintMembers = ["budget", "timeline_weeks", "deadline", "team_sizes", "day_rates"];

    /// <summary>Reads the body of POST /strategic-plans.</summary>
    public static (string? Id, PlanSpec Spec, bool Wait) ReadSpec(JsonInput input)
    {
        List<string> unknown = [];
        var goals = ReadGoals(input, unknown, required: true);
        var (constraints, constraintsJson) = ReadConstraints(input, unknown, required: true);
        var spec = new PlanSpec
        {
            Goals = goals,
            Constraints = constraints ?? new(),
            GoalsJson = input.Any("goals") ?? "[]",
            ConstraintsJson = constraintsJson ?? "{}",
            NotApplied = [.. unknown.Take(NotAppliedMax)],
            Start = Day(input, "start_date"),
            Samples = input.Integer("samples", 1, PlanLimits.SamplesMax) ?? 10_000,
            Seed = input.Integer("seed", 0, int.MaxValue) ?? 1,
            SearchSeconds = input.Number("search_seconds", PlanLimits.SearchSecondsMin, PlanLimits.SearchSecondsMax),
        };
        return (input.Id("id"), spec, input.Flag("wait") ?? true);
    }

    /// <summary>Reads the body of POST /strategic-plans/{plan_id}/replan.</summary>
    public static (PlanChange Change, bool Wait) ReadChange(JsonInput input)
    {
        List<string> unknown = [];
        var goals = input.Has("goals") ? ReadGoals(input, unknown, required: false) : default(ImmutableArray<PlanGoal>?);
        var (constraints, constraintsJson) = ReadConstraints(input, unknown, required: false);
        var change = new PlanChange
        {
            Finished = input.List("finished", PlanLimits.GoalsMax, required: false, ReadFinished, "goals"),
            InProgress = input.List("in_progress", PlanLimits.GoalsMax, required: false, ReadStarted, "goals"),
            Goals = goals,
            GoalsJson = input.Any("goals"),
            Constraints = constraints,
            ConstraintsJson = constraintsJson,
            NotApplied = [.. unknown.Take(NotAppliedMax)],
            From = Day(input, "from"),
            Samples = input.Integer("samples", 1, PlanLimits.SamplesMax),
            Seed = input.Integer("seed", 0, int.MaxValue),
            SearchSeconds = input.Number("search_seconds", PlanLimits.SearchSecondsMin, PlanLimits.SearchSecondsMax),
            IfVersion = input.Integer("if_version", 1, PlanLimits.VersionsMax),
        };
        return (change, input.Flag("wait") ?? true);
    }

    /// <summary>Reads the query of GET /strategic-plans. Throws with every fault.</summary>
    public static (long Before, int Limit) ReadPage(HttpRequest request)
    {
        var query = new QueryInput(request, "limit", "cursor");
        var page = (PageCursor.Read(query), query.Integer("limit", 1, PlanLimits.PageMax) ?? PageDefault);
        query.Faults.ThrowIfAny();
        return page;
    }

    /// <summary>Reads the query of GET /strategic-plans/{plan_id}; version 0: the newest.</summary>
    public static (int Version, TimeSpan Wait) ReadView(HttpRequest request)
    {
        var query = new QueryInput(request, "version", "wait_seconds");
        var view = (Version(query), TimeSpan.FromSeconds(query.Integer("wait_seconds", 0, WaitSecondsMax) ?? 0));
        query.Faults.ThrowIfAny();
        return view;
    }

    /// <summary>Reads a query that names a version alone; 0: the newest.</summary>
    public static int ReadVersion(HttpRequest request)
    {
        var query = new QueryInput(request, "version");
        var version = Version(query);
        query.Faults.ThrowIfAny();
        return version;
    }

    /// <summary>Reads the query of GET /strategic-plans/{plan_id}/export.</summary>
    public static (int Version, PlanFormat Format) ReadExport(HttpRequest request)
    {
        var query = new QueryInput(request, "format", "version");
        var (version, format) = (Version(query), query.Choice<PlanFormat>("format"));
        query.Faults.ThrowIfAny();
        return (version, format == PlanFormat.None ? PlanFormat.Csv : format);
    }

    /// <summary>Refuses with every fault that the planner found.</summary>
    public static void ThrowIfAny(ImmutableArray<PlanFault> faults)
    {
        var input = new InputFaults();
        foreach (var fault in faults) { input.Add(fault.Field, $"{fault.Field} {fault.Message}"); }
        input.ThrowIfAny();
    }

    private static int Version(QueryInput query) => query.Integer("version", 1, PlanLimits.VersionsMax) ?? 0;

    private static ImmutableArray<PlanGoal> ReadGoals(JsonInput input, List<string> unknown, bool required)
    {
        var goals = input.List("goals", PlanLimits.GoalsMax, required, (element, path, faults) =>
        {
            NoteUnknown(element, path, GoalMembers, unknown);
            return ReadGoal(JsonInput.Of(element, path, faults));
        }, "goals");
        if (goals.IsEmpty && input.Faults.Count == 0) { input.Fault("goals", "a list of at least one goal"); }
        return goals;
    }

    private static PlanGoal ReadGoal(JsonInput goal) => new()
    {
        Id = goal.Id("id", required: true) ?? "",
        Description = goal.Text("description", PlanLimits.TextMax, required: true) ?? "",
        Priority = goal.Integer("priority", 1, 5, required: true) ?? 3,
        SuccessCriteria = goal.List("success_criteria", PlanLimits.PartsMax, required: true, ReadText, "texts"),
        Complexity = goal.Number("complexity", 0, 1),
        RequiresSpecialist = goal.Flag("requires_specialist") ?? false,
        Dependencies = goal.IdList("depends_on", PlanLimits.GoalsMax),
        EffortDays = ReadThreePoint(goal, "effort_days", PlanLimits.DaysMax),
        Resources = goal.Map("resources", PlanLimits.PartsMax, ReadUnits, "units"),
        Cost = ReadThreePoint(goal, "cost", PlanLimits.MoneyMax) ?? default,
        Deadline = Day(goal, "deadline"),
        NotBefore = Day(goal, "not_before"),
    };

    private static (PlanConstraints? Read, string? Json) ReadConstraints(JsonInput input, List<string> unknown, bool required)
    {
        if (input.Object("constraints", required) is not { } constraints) { return default; }
        var read = new PlanConstraints
        {
            Budget = constraints.Number("budget", 0, PlanLimits.MoneyMax),
            TimelineWeeks = constraints.Number("timeline_weeks", 0, PlanLimits.WeeksMax),
            Deadline = Day(constraints, "deadline"),
            TeamSizes = constraints.Map("team_sizes", PlanLimits.PartsMax, ReadUnits, "units"),
            DayRates = constraints.Numbers("day_rates", 0, PlanLimits.MoneyMax, PlanLimits.PartsMax),
        };
        if (input.OpenObject("constraints") is not { } text) { return default; }
        using var document = JsonDocument.Parse(text);
        NoteUnknown(document.RootElement, "constraints", ConstraintMembers, unknown);
        return (read, text);
    }

    private static FinishedGoal ReadFinished(JsonElement element, string path, InputFaults faults)
    {
        var goal = JsonInput.Of(element, path, faults);
        return new(goal.Id("id", required: true) ?? "", Day(goal, "started_on"), Day(goal, "finished_on"), goal.Number("cost", 0, PlanLimits.MoneyMax));
    }

    private static StartedGoal ReadStarted(JsonElement element, string path, InputFaults faults)
    {
        var goal = JsonInput.Of(element, path, faults);
        return new(goal.Id("id", required: true) ?? "", Day(goal, "started_on"), ReadThreePoint(goal, "remaining_days", PlanLimits.DaysMax));
    }

    /// <summary>One number, or three.</summary>
    private static ThreePoint? ReadThreePoint(JsonInput input, string name, double max)
    {
        if (input.Any(name) is not { } text) { return null; }
        if (!text.StartsWith('{')) { return input.Number(name, 0, max) is { } exact ? ThreePoint.Exactly(exact) : null; }
        var points = input.Object(name, required: true)!.Value;
        return new(points.Number("optimistic", 0, max, required: true) ?? 0, points.Number("most_likely", 0, max, required: true) ?? 0, points.Number("pessimistic", 0, max, required: true) ?? 0);
    }

    private static int ReadUnits(JsonElement value, string path, InputFaults faults)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var units) && units is >= 0 and <= PlanLimits.UnitsMax) { return units; }
        faults.Add(path, string.Create(CultureInfo.InvariantCulture, $"{path} must be an integer between 0 and {PlanLimits.UnitsMax}"));
        return 0;
    }

    private static string ReadText(JsonElement value, string path, InputFaults faults)
    {
        if (JsonInput.TryText(value, 1, PlanLimits.TextMax, out var text)) { return text; }
        faults.Add(path, string.Create(CultureInfo.InvariantCulture, $"{path} must be a text of 1–{PlanLimits.TextMax} characters, without NUL"));
        return "";
    }

    /// <summary>A day, or a moment of which the day in UTC counts.</summary>
    private static DateOnly? Day(JsonInput input, string name)
    {
        if (input.Text(name, 40) is not { } text) { return null; }
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) { return day; }
        if (UtcTime.TryParse(text, out var moment)) { return DateOnly.FromDateTime(moment.UtcDateTime); }
        input.Fault(name, DayExpected);
        return null;
    }

    private static void NoteUnknown(JsonElement element, string path, ImmutableHashSet<string> known, List<string> unknown)
    {
        if (element.ValueKind != JsonValueKind.Object) { return; }
        unknown.AddRange(element.EnumerateObject().Where(member => JsonInput.IsUnicode(member) && !known.Contains(member.Name)).Select(member => $"{path}.{member.Name}"));
    }
}
