using NexusActors.Learning.Plans;

namespace NexusActors.Learning;

/// <summary>One run of the planner: how long it may search, and how far it is. Progress is written by the threads that search, and read by others.</summary>
/// <param name="basis">What is planned.</param>
/// <param name="usual">How long to search where the request does not say.</param>
/// <param name="time">The clock.</param>
internal sealed class PlanWork(PlanBasis basis, TimeSpan usual, TimeProvider time)
{
    private volatile PlanProgress _progress = new("queued", null, null, 0, 0);

    /// <summary>How far it is.</summary>
    public PlanProgress Progress => _progress;

    /// <summary>How long to search.</summary>
    public TimeSpan TimeMax { get; } = basis.Spec.SearchSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : usual;

    /// <summary>Plans. The request has no faults any more.</summary>
    public StrategicPlan Run(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var limits = new SearchLimits { Elapsed = () => time.GetElapsedTime(started), TimeMax = TimeMax, Seed = (ulong)basis.Spec.Seed };
        return StrategicPlanner.Plan(basis.ToRequest(), limits, Tell, cancellation).Plan ?? throw new InvalidOperationException("a plan whose request was checked has faults");
    }

    private void Tell(SearchProgress told) => _progress = new(
        told.Stage switch { SearchStage.Bounds => "bounds", SearchStage.Genetic => "genetic", SearchStage.Exact => "exact", _ => "done" },
        told.Best == int.MaxValue ? null : WorkCalendar.Days(told.Best),
        WorkCalendar.Days(told.LowerBound),
        told.Elapsed.TotalSeconds,
        told.Schedules);
}
