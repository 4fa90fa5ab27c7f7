using System.Collections.Immutable;
using System.Globalization;
using Google.OrTools.Sat;

namespace NexusActors.Learning.Plans;

/// <summary>How sure an exact answer is.</summary>
internal enum ExactStatus
{
    /// <summary>The limits were reached before anything was found or proven.</summary>
    Unknown,
    /// <summary>A schedule was found; a shorter one may exist.</summary>
    Feasible,
    /// <summary>Proven: no schedule is shorter.</summary>
    Optimal,
    /// <summary>Proven: no schedule keeps every limit.</summary>
    Infeasible,
}

/// <summary>A question to <see cref="ExactSearch"/>.</summary>
internal sealed record ExactQuestion
{
    public required Project Project { get; init; }

    /// <summary>No schedule is shorter.</summary>
    public int LowerBound { get; init; }

    /// <summary>Only schedules of at most this length are of interest.</summary>
    public required int UpperBound { get; init; }

    /// <summary>Starts of a schedule that is known; empty: none.</summary>
    public ImmutableArray<int> Hint { get; init; } = [];

    /// <summary>By activity: the slot by which it must have ended; empty: no such limits.</summary>
    public ImmutableArray<int> LatestEnds { get; init; } = [];

    /// <summary>The activities whose last end plus tail is made small; empty: all.</summary>
    public ImmutableArray<int> Objective { get; init; } = [];

    /// <summary>Threads that the solver may use. With one, and no limit but <see cref="WorkMax"/>, the answer depends on nothing but the question.</summary>
    public int Workers { get; init; } = 1;

    public ulong Seed { get; init; }

    /// <summary>Wall time; null: no limit.</summary>
    public TimeSpan? TimeMax { get; init; }

    /// <summary>Work in the solver's own unit, about a second of one core; null: no limit.</summary>
    public double? WorkMax { get; init; }
}

/// <param name="Status">What is known.</param>
/// <param name="Starts">The schedule; empty where none was found.</param>
/// <param name="LowerBound">Proven: no schedule is shorter.</param>
internal sealed record ExactAnswer(ExactStatus Status, ImmutableArray<int> Starts, int LowerBound);

/// <summary>
/// OR-Tools CP-SAT on the scheduling problem (interval variables, linear precedences, cumulative resources): proves that a schedule cannot be bettered, or finds a better one, within limits.
/// </summary>
internal static class ExactSearch
{
    /// <param name="question">What to solve.</param>
    /// <param name="progress">Called with best length (<see cref="int.MaxValue"/>: none yet) and lower bound as they improve, by a thread of the solver.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ExactAnswer Solve(ExactQuestion question, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var project = question.Project;
        var model = new CpModel();
        var starts = Starts(model, question);
        var objective = model.NewIntVar(question.LowerBound, question.UpperBound, "length");
        foreach (var i in question.Objective.IsEmpty ? Enumerable.Range(0, project.Count) : question.Objective)
        {
            model.Add(objective >= starts[i] + (project.Activities[i].Duration + project.Activities[i].Tail));
        }
        model.Minimize(objective);

        using var solver = new CpSolver { StringParameters = Parameters(question) };
        using var found = new Found(question.LowerBound, progress, cancellation);
        solver.SetBestBoundCallback(found.Bound);
        using var stop = cancellation.Register(solver.StopSearch);
        var status = solver.Solve(model, found);
        cancellation.ThrowIfCancellationRequested();
        if (status is CpSolverStatus.ModelInvalid) { throw new InvalidOperationException($"CP-SAT refuses the model: {model.Validate()}"); }

        ImmutableArray<int> schedule = status is CpSolverStatus.Optimal or CpSolverStatus.Feasible ? [.. starts.Select(start => (int)solver.Value(start))] : [];
        return status switch
        {
            CpSolverStatus.Optimal => new(ExactStatus.Optimal, schedule, (int)Math.Round(solver.ObjectiveValue)),
            CpSolverStatus.Feasible => new(ExactStatus.Feasible, schedule, BoundOf(solver.BestObjectiveBound, question.LowerBound)),
            CpSolverStatus.Infeasible => new(ExactStatus.Infeasible, [], question.UpperBound + 1),
            _ => new(ExactStatus.Unknown, [], BoundOf(solver.BestObjectiveBound, question.LowerBound)),
        };
    }

    private static IntVar[] Starts(CpModel model, ExactQuestion question)
    {
        var (project, windows) = (question.Project, TimeWindows.Of(question.Project));
        var counted = question.Objective.IsEmpty;
        var starts = new IntVar[project.Count];
        var intervals = new IntervalVar[project.Count];
        for (var i = 0; i < project.Count; i++)
        {
            var activity = project.Activities[i];
            var latest = counted ? question.UpperBound - windows.Tails[i] : project.Horizon;
            if (!question.LatestEnds.IsEmpty) { latest = Math.Min(latest, question.LatestEnds[i]); }
            latest -= activity.Duration;
            starts[i] = model.NewIntVar(windows.Heads[i], activity.IsFixed ? windows.Heads[i] : Math.Max(latest, windows.Heads[i]), activity.Id);
            if (latest < windows.Heads[i]) { model.Add(starts[i] <= latest); }                   // no room: the solver says infeasible
            intervals[i] = model.NewFixedSizeIntervalVar(starts[i], activity.Duration, activity.Id);
            if (!question.Hint.IsEmpty) { model.AddHint(starts[i], question.Hint[i]); }
        }
        for (var i = 0; i < project.Count; i++)
        {
            foreach (var before in project.Activities[i].Predecessors) { model.Add(starts[i] >= starts[before] + project.Activities[before].Duration); }
        }
        for (var resource = 0; resource < project.Capacities.Length; resource++)
        {
            var cumulative = model.AddCumulative(project.Capacities[resource]);
            for (var i = 0; i < project.Count; i++)
            {
                if (project.Demand(i, resource) is > 0 and var demand && project.Activities[i].Duration > 0) { cumulative.AddDemand(intervals[i], demand); }
            }
        }
        return starts;
    }

    private static string Parameters(ExactQuestion question)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"num_workers:{question.Workers} random_seed:{question.Seed & int.MaxValue}");
        if (question.TimeMax is { } time) { text += string.Create(CultureInfo.InvariantCulture, $" max_time_in_seconds:{Math.Max(0.001, time.TotalSeconds):R}"); }
        return question.WorkMax is { } work ? text + string.Create(CultureInfo.InvariantCulture, $" max_deterministic_time:{work:R}") : text;
    }

    /// <summary>The solver's bound is a real number, and minus infinity before it has one.</summary>
    private static int BoundOf(double bound, int known) => double.IsFinite(bound) ? Math.Max(known, (int)Math.Ceiling(bound - 1e-6)) : known;

    private sealed class Found(int lowerBound, Action<int, int>? progress, CancellationToken cancellation) : CpSolverSolutionCallback
    {
        private readonly Lock _lock = new();
        private int _best = int.MaxValue;
        private int _bound = lowerBound;

        public override void OnSolutionCallback() => Say((int)Math.Round(ObjectiveValue()), BoundOf(BestObjectiveBound(), _bound));

        public void Bound(double bound) => Say(int.MaxValue, BoundOf(bound, _bound));

        private void Say(int best, int bound)
        {
            lock (_lock)
            {
                if (best >= _best && bound <= _bound) { return; }
                (_best, _bound) = (Math.Min(best, _best), Math.Max(bound, _bound));
                if (!cancellation.IsCancellationRequested) { progress?.Invoke(_best, _bound); }
            }
        }
    }
}
