using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>The smallest change of one limit with which all others can be kept.</summary>
/// <param name="Value">The limit as it would have to be (slots, or units of a team); null: this limit alone cannot help, or the search ended before it found a way.</param>
/// <param name="IsProven">Nothing smaller helps (or nothing at all, where there is no value), and that is proven; otherwise the limits of the search were reached.</param>
internal readonly record struct SmallestChange(int? Value, bool IsProven);

/// <summary>Finds the smallest relaxations of dates and of teams, each by exact search (CP-SAT) within a limit of work.</summary>
/// <param name="project">The problem; its tails are not looked at.</param>
/// <param name="limits">The dates.</param>
/// <param name="workMax">Work of each single question, in the solver's unit (about a second of one core).</param>
/// <param name="workers">Threads of the solver.</param>
/// <param name="cancellation">Ends the search.</param>
internal sealed class Relaxation(Project project, ImmutableArray<DateLimit> limits, double workMax, int workers, CancellationToken cancellation)
{
    private readonly Project _project = new([.. project.Activities.Select(activity => activity with { Tail = 0 })], project.Capacities);

    /// <summary>Asked before each question: once it is true, no more are put, and what is not known stays so. Null: never.</summary>
    public Func<bool>? IsOver { get; init; }

    /// <summary>Whether all limits can be kept together; null: not known within the limit of work. With a schedule where they can.</summary>
    public (bool? Can, ImmutableArray<int> Starts) Feasible() => Feasible(_project.Capacities);

    /// <summary>The least end for one date with all other dates kept.</summary>
    /// <param name="which">Index of the limit.</param>
    /// <param name="hint">Starts of some schedule.</param>
    public SmallestChange OfDate(int which, ImmutableArray<int> hint)
    {
        var others = WorkModel.LatestEnds(_project, limits.RemoveAt(which));
        if (IsHopeless(_project, others)) { return new(null, true); }
        var answer = Solve(
            Question(_project) with
            {
                UpperBound = _project.Horizon,
                Hint = hint,
                LatestEnds = others,
                Objective = limits[which].Activity is { } one ? [one] : [],
            });
        return answer.Status switch
        {
            ExactStatus.Optimal => new(End(answer.Starts), true),
            ExactStatus.Feasible => new(End(answer.Starts), false),
            ExactStatus.Infeasible => new(null, true),
            _ => new(null, false),
        };

        int End(ImmutableArray<int> starts) => limits[which].Activity is { } one ? starts[one] + _project.Activities[one].Duration : _project.Length(starts.AsSpan());
    }

    /// <summary>The least number of slots by which all dates together must move.</summary>
    public SmallestChange OfAllDates(ImmutableArray<int> hint)
    {
        var (tailed, reference) = Tailed(_project, WorkModel.LatestEnds(_project, limits));
        var answer = Solve(Question(tailed) with { UpperBound = tailed.Length(hint.AsSpan()), Hint = hint });
        return answer.Starts.IsEmpty ? new(tailed.Length(hint.AsSpan()) - reference, false) : new(tailed.Length(answer.Starts.AsSpan()) - reference, answer.Status == ExactStatus.Optimal);
    }

    /// <summary>The least capacity of one resource with which all dates can be kept, the other resources as they are.</summary>
    public SmallestChange OfTeam(int resource)
    {
        var (without, enough) = (_project.Capacities[resource], (int)Math.Min(Project.UnitsMax, Enumerable.Range(0, _project.Count).Sum(i => (long)_project.Demand(i, resource))));
        if (enough <= without) { return new(null, true); }
        if (Feasible(_project.Capacities.SetItem(resource, enough)).Can is not true and var can) { return new(null, can is false); }

        // More units never hurt: halve between what is too few and what is enough. What is not decided in time counts as too few, and the answer as not proven.
        var proven = true;
        while (enough - without > 1)
        {
            var middle = (without + enough) / 2;
            var answer = Feasible(_project.Capacities.SetItem(resource, middle)).Can;
            if (answer is true) { enough = middle; }
            else { (without, proven) = (middle, proven && answer is false); }
        }
        return new(enough, proven);
    }

    private (bool? Can, ImmutableArray<int> Starts) Feasible(ImmutableArray<int> capacities)
    {
        var latest = WorkModel.LatestEnds(_project, limits);
        var end = Math.Max(0, latest.Max());
        var asked = new Project(_project.Activities, capacities);
        if (IsHopeless(asked, latest)) { return (false, []); }
        var answer = Solve(Question(asked) with { LowerBound = end, UpperBound = end, LatestEnds = latest });
        return answer.Status switch
        {
            ExactStatus.Optimal or ExactStatus.Feasible => (true, answer.Starts),
            ExactStatus.Infeasible => (false, []),
            _ => (null, []),
        };
    }

    /// <summary>Arithmetic alone shows that no schedule keeps the dates; false also where there is no time for it.</summary>
    private bool IsHopeless(Project asked, ImmutableArray<int> latest)
    {
        if (IsOver?.Invoke() == true) { return false; }
        var (tailed, reference) = Tailed(asked, latest);
        return LowerBounds.Of(tailed).Best > reference;
    }

    /// <summary>Length with these tails is the reference plus the largest lateness.</summary>
    private static (Project Tailed, int Reference) Tailed(Project asked, ImmutableArray<int> latest)
    {
        var reference = Math.Max(0, latest.Max());
        return (new([.. asked.Activities.Select((activity, i) => activity with { Tail = Math.Min(Project.HorizonMax, reference - latest[i]) })], asked.Capacities), reference);
    }

    private ExactAnswer Solve(ExactQuestion question) => IsOver?.Invoke() == true ? new(ExactStatus.Unknown, [], question.LowerBound) : ExactSearch.Solve(question, cancellation: cancellation);

    private ExactQuestion Question(Project asked) => new() { Project = asked, UpperBound = asked.Horizon, Workers = workers, WorkMax = workMax };
}
