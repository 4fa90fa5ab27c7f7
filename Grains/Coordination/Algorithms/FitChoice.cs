using NexusActors.Learning.Fit;

namespace NexusActors.Coordination;

/// <summary>
/// Chooses among agents by what experience expects of them: least time until the task is done, as work that fails is done again. Those that are about as good share the work by load, so that the best one is not
/// the only one, and experience with the others goes on.
/// </summary>
internal static class FitChoice
{
    /// <summary>Agents of whom at most this many times the least time is expected are alike.</summary>
    public const double Alike = 1.15;

    /// <summary>The seat that should get a task, with what is expected of it; null where nothing is known of such tasks, or nobody can be offered it.</summary>
    /// <param name="seats">Who is there.</param>
    /// <param name="needs">What the task needs.</param>
    /// <param name="expect">What is expected of a seat at that type of task.</param>
    public static (AgentSeat Seat, FitExpectation Fit)? Best(IReadOnlyCollection<AgentSeat> seats, TaskNeeds needs, Func<AgentSeat, FitExpectation?> expect)
    {
        var able = new List<(AgentSeat Seat, FitExpectation Fit, double Time)>();
        foreach (var seat in seats)
        {
            if (!seat.CanBeOffered(needs)) { continue; }
            if (expect(seat) is not { } fit) { return null; }
            able.Add((seat, fit, TimeToSuccess(fit)));
        }
        if (able.Count == 0) { return null; }
        var limit = able.Min(one => one.Time) * Alike;
        var best = new SeatsBid([.. able.Where(one => one.Time <= limit).Select(one => one.Seat)]).LeastLoaded(needs)!;
        return (best, able.First(one => one.Seat == best).Fit);
    }

    /// <summary>Seconds, or attempts where no duration is known, until an attempt succeeds: attempts are independent, so there are one over the rate of them.</summary>
    public static double TimeToSuccess(FitExpectation fit) => (fit.MedianSeconds ?? 1) / fit.Success;
}
