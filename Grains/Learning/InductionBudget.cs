namespace NexusActors.Learning;

/// <summary>Keeps inductions of rules that nobody asked for to a fifth of the time of this silo, beside what trainings have. Safe for several threads.</summary>
internal sealed class InductionBudget(TimeProvider time)
{
    private readonly TrainingBudget _budget = new(time);

    /// <summary>Whether one may begin now.</summary>
    public bool MayBegin() => _budget.MayBegin();

    /// <summary>An induction that took so long has ended.</summary>
    public void Spent(TimeSpan took) => _budget.Spent(took);
}
