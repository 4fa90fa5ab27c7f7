using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>How long to search, and how.</summary>
internal sealed record SearchLimits
{
    /// <summary>Time used since the search began, CPU time where the caller can tell it; null: time does not end the search, and the same seed gives the same schedule.</summary>
    public Func<TimeSpan>? Elapsed { get; init; }

    /// <summary>Time after which the best so far is the answer. The genetic search keeps it within a millisecond, the exact search within its next check of the clock.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Schedules that the genetic search makes at most; null: no limit with a clock, 200,000 without.</summary>
    public long? SchedulesMax { get; init; }

    /// <summary>Work of the exact search at most, in the solver's own unit (about a second of one core); 0: no exact search; null: no limit with a clock, 4 without.</summary>
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

/// <summary>
/// Short schedules within a limit of time: bounds by arithmetic; genetic search and CP-SAT with its best as hint in turns, briefly at first, since most projects are solved and proven then, and for long if need be.
/// </summary>
internal static class ScheduleSearch
{
    private const long SchedulesUsual = 200_000;
    private const double ProofUsual = 4;

    /// <summary>Turns: until which share of the limits the genetic search goes on, and then the exact search. In the first turn a population that no longer improves is reason enough to go over to the proof.</summary>
    private static readonly ImmutableArray<(double Genetic, double Exact)> Turns = [(0.1, 0.2), (0.9, 1)];

    /// <param name="project">What to schedule.</param>
    /// <param name="limits">How long.</param>
    /// <param name="progress">Called at each improvement, by the calling thread or a thread of the solver.</param>
    /// <param name="cancellation">Ends the search without an answer.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static FoundSchedule Run(Project project, SearchLimits limits, Action<SearchProgress>? progress = null, CancellationToken cancellation = default)
    {
        var bounds = LowerBounds.Of(project);
        var state = new State(project, limits, bounds.Best, progress, cancellation);
        state.Say(SearchStage.Bounds);
        foreach (var turn in Turns)
        {
            state.Genetic(turn.Genetic, isFirst: turn == Turns[0]);
            state.Exact(turn.Exact, turn.Exact - turn.Genetic);
            if (state.IsOptimal) { break; }
        }
        state.Say(SearchStage.Done);
        return new(state.Starts, state.Length, state.Lower, bounds, state.Schedules, state.GeneticLength);
    }

    /// <summary>The best so far, and what is known about it.</summary>
    private sealed class State(Project project, SearchLimits limits, int lower, Action<SearchProgress>? progress, CancellationToken cancellation)
    {
        private readonly GeneticSearch _genetic = new(project, limits.Seed);
        private readonly double _exactShares = Turns.Sum(turn => turn.Exact - turn.Genetic);

        public ImmutableArray<int> Starts { get; private set; } = [];

        public int Length { get; private set; } = int.MaxValue;

        public int Lower { get; private set; } = lower;

        public bool IsOptimal => Length <= Lower;

        public long Schedules => _genetic.Schedules;

        public int GeneticLength => _genetic.BestLength;

        public void Genetic(double until, bool isFirst)
        {
            var schedulesMax = limits.SchedulesMax ?? (limits.Elapsed is null ? SchedulesUsual : long.MaxValue);
            _genetic.Run(Lower, IsEnough, Better);
            cancellation.ThrowIfCancellationRequested();

            bool IsEnough() => cancellation.IsCancellationRequested || (isFirst && _genetic.Abandoned > 0) || _genetic.Schedules >= schedulesMax * until || Elapsed() >= limits.TimeMax * until;

            void Better()
            {
                if (_genetic.BestLength >= Length) { return; }
                (Starts, Length) = (_genetic.Best, _genetic.BestLength);
                Say(SearchStage.Genetic);
            }
        }

        public void Exact(double until, double share)
        {
            var left = (limits.TimeMax * until) - Elapsed();
            if (IsOptimal || limits.ProofMax is 0 || left <= TimeSpan.Zero) { return; }
            var question = new ExactQuestion
            {
                Project = project,
                LowerBound = Lower,
                UpperBound = Length,
                Hint = Starts,
                Workers = limits.Workers,
                Seed = limits.Seed,
                TimeMax = limits.Elapsed is null ? null : left,
                WorkMax = (limits.ProofMax ?? (limits.Elapsed is null ? ProofUsual : null)) * share / _exactShares,
            };
            var known = Length;
            var answer = ExactSearch.Solve(question, (best, bound) => Tell(SearchStage.Exact, Math.Min(best, known), bound), cancellation);
            if (!answer.Starts.IsEmpty && project.Length(answer.Starts.AsSpan()) is var shorter && shorter < Length) { (Starts, Length) = (answer.Starts, shorter); }
            Lower = Math.Min(Length, Math.Max(Lower, answer.LowerBound));
        }

        public void Say(SearchStage stage) => Tell(stage, Length, Lower);

        private void Tell(SearchStage stage, int best, int bound) => progress?.Invoke(new(stage, best, bound, Elapsed(), _genetic.Schedules));

        private TimeSpan Elapsed() => limits.Elapsed?.Invoke() ?? TimeSpan.Zero;
    }
}
