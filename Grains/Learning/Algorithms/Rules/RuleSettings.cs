namespace NexusActors.Learning.Rules;

/// <summary>How rules are induced.</summary>
internal sealed record RuleSettings
{
    /// <summary>Rules at most.</summary>
    public int RulesMax { get; init; } = 12;

    /// <summary>Conditions of a rule at most.</summary>
    public int ConditionsMax { get; init; } = 3;

    /// <summary>The bound above which a rule's precision must lie with 95 % confidence on the rows that it was induced from, 0–1.</summary>
    public double PrecisionMin { get; init; } = 0.5;

    /// <summary>How many times likelier than otherwise the outcome must be, by the same bound; where it is frequent anyway, it is enough that the rule halves what goes wrong.</summary>
    public double LiftMin { get; init; } = 1.2;

    /// <summary>Rows that a rule must cover, besides those of other rules.</summary>
    public int SupportMin { get; init; } = 3;

    /// <summary>Bits that a rule must save besides what it costs to tell: chance does so with a probability of about 2 to the power of minus that.</summary>
    public double NetBitsMin { get; init; } = 6;

    /// <summary>How many partial rules of each length are looked at further.</summary>
    public int Beam { get; init; } = 20;

    /// <summary>Columns of numbers whose differences, products and ratios are tried.</summary>
    public int PairedColumnsMax { get; init; } = 10;

    /// <summary>Whether differences, products and ratios with a column make sense.</summary>
    public Func<string, bool> MayPair { get; init; } = _ => true;

    /// <summary>Rows that are looked at, spread evenly over the table.</summary>
    public int RowsMax { get; init; } = 12_000;

    /// <summary>The precision that is enough where so many turn out so anyway.</summary>
    public double PrecisionNeeded(double baseRate) => Math.Max(PrecisionMin, Math.Min(LiftMin * baseRate, (1 + baseRate) / 2));
}
