using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>How long to search, and how.</summary>
internal sealed record SearchLimits
{
    /// <summary>Time used since the search began, CPU time where the caller can tell it; null: time does not end the search, and the same seed gives the same schedule.</summary>
    public Func<TimeSpan>? Elapsed { get; init; }

    /// <summary>Time after which the best so far is the answer. The genetic search keeps it within a millisecond, the exact search within its next check of the clock.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Schedules that the genetic search makes at most.</summary>
    public long SchedulesMax { get; init; } = long.MaxValue;

    /// <summary>Share of the time that the genetic search may use; the rest is for the proof.</summary>
    public double GeneticShare { get; init; } = 0.7;

    /// <summary>Work of the exact search at most, in the solver's own unit (about a second of one core); 0: no exact search; null: no such limit.</summary>
    public double? ProofMax { get; init; }

    /// <summary>Threads of the exact search. Stated here, since the solver would otherwise take every core.</summary>
    public int Workers { get; init; } = 1;

    public ulong Seed { get; init; } = 1;
}

/// <summary>Who found what is reported.</summary>
internal enum SearchStage
{
    /// <summary>Arithmetic bounds are known.</summary>
    Bounds,
    /// <summary>Genetic search over activity lists.</summary>
    Genetic,
    /// <summary>CP-SAT.</summary>
    Exact,
    /// <summary>The search is over.</summary>
    Done,
}

/// <param name="Stage">Who speaks.</param>
/// <param name="Best">Length of the shortest schedule so far, in slots; <see cref="int.MaxValue"/>: none yet.</param>
/// <param name="LowerBound">No schedule is shorter.</param>
/// <param name="Elapsed">Time used; zero without a clock.</param>
/// <param name="Schedules">Schedules that the genetic search has made.</param>
internal readonly record struct SearchProgress(SearchStage Stage, int Best, int LowerBound, TimeSpan Elapsed, long Schedules)
{
    /// <summary>How much longer the best is than the bound, as a share of the bound.</summary>
    public double Gap => LowerBound > 0 ? ((double)Best / LowerBound) - 1 : 0;
}

/// <param name="Starts">By activity, in slots.</param>
/// <param name="Length">Slots, tails counted.</param>
/// <param name="LowerBound">No schedule is shorter.</param>
/// <param name="Bounds">What arithmetic alone says.</param>
/// <param name="Schedules">Schedules that the genetic search made.</param>
/// <param name="GeneticLength">What the genetic search reached by itself.</param>
internal sealed record FoundSchedule(ImmutableArray<int> Starts, int Length, int LowerBound, LowerBounds Bounds, long Schedules, int GeneticLength)
{
    /// <summary>No schedule is shorter, and that is proven.</summary>
    public bool IsOptimal => Length == LowerBound;
}

/// <summary>Short schedules within a limit of time: bounds by arithmetic, genetic search until it meets them or its share is used, then CP-SAT with that schedule as hint, for proof or for a better one.</summary>
internal static class ScheduleSearch
{
    /// <param name="project">What to schedule.</param>
    /// <param name="limits">How long.</param>
    /// <param name="progress">Called at each improvement, by the calling thread or a thread of the solver.</param>
    /// <param name="cancellation">Ends the search without an answer.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static FoundSchedule Run(Project project, SearchLimits limits, Action<SearchProgress>? progress = null, CancellationToken cancellation = default)
    {
        var bounds = LowerBounds.Of(project);
        var lower = bounds.Best;
        Say(SearchStage.Bounds, int.MaxValue, lower, 0);

        var genetic = new GeneticSearch(project, limits.Seed);
        genetic.Run(lower, IsEnough, () => Say(SearchStage.Genetic, genetic.BestLength, lower, genetic.Schedules));
        cancellation.ThrowIfCancellationRequested();
        var (starts, length) = (genetic.Best, genetic.BestLength);

        var left = limits.TimeMax - Elapsed();
        if (length > lower && limits.ProofMax is not 0 && left > TimeSpan.Zero)
        {
            var answer = ExactSearch.Solve(
                new()
                {
                    Project = project,
                    LowerBound = lower,
                    UpperBound = length,
                    Hint = starts,
                    Workers = limits.Workers,
                    Seed = limits.Seed,
                    TimeMax = limits.Elapsed is null ? null : left,
                    WorkMax = limits.ProofMax,
                },
                (best, bound) => Say(SearchStage.Exact, Math.Min(best, genetic.BestLength), bound, genetic.Schedules),
                cancellation);
            if (!answer.Starts.IsEmpty && project.Length(answer.Starts.AsSpan()) is var shorter && shorter < length) { (starts, length) = (answer.Starts, shorter); }
            lower = Math.Min(length, answer.LowerBound);
        }
        Say(SearchStage.Done, length, lower, genetic.Schedules);
        return new(starts, length, lower, bounds, genetic.Schedules, genetic.BestLength);

        TimeSpan Elapsed() => limits.Elapsed?.Invoke() ?? TimeSpan.Zero;

        bool IsEnough() => cancellation.IsCancellationRequested || genetic.Schedules >= limits.SchedulesMax || Elapsed() >= limits.TimeMax * limits.GeneticShare;

        void Say(SearchStage stage, int best, int bound, long schedules) => progress?.Invoke(new(stage, best, bound, Elapsed(), schedules));
    }
}
