using Microsoft.Extensions.Options;

namespace NexusActors.Learning;

/// <summary>Keeps inductions of rules that nobody asked for to the same share of the time of this silo, beside what trainings have: the time of the machine, whatever clock the service goes by. Safe for several threads.</summary>
internal sealed class InductionBudget(IOptionsMonitor<LearningOptions> options)
{
    private readonly TrainingBudget _budget = new(TimeProvider.System, options);

    /// <summary>Whether one may begin now.</summary>
    public bool MayBegin() => _budget.MayBegin();

    /// <summary>One begins; hand the answer to <see cref="Ended"/>.</summary>
    public static long Begun() => TimeProvider.System.GetTimestamp();

    /// <summary>One that began then has ended.</summary>
    public void Ended(long begun) => _budget.Spent(TimeProvider.System.GetElapsedTime(begun));
}
