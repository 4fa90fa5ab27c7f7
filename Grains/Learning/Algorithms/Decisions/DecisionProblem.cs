using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>A choice among alternatives, as <see cref="DecisionEngine"/> takes it.</summary>
internal sealed record DecisionProblem
{
    /// <summary>What can be chosen; ids are distinct.</summary>
    public required ImmutableArray<DecisionAlternative> Alternatives { get; init; }

    /// <summary>What is wanted. Weights are relative; if all are zero they count as equal.</summary>
    public required ImmutableArray<DecisionObjective> Objectives { get; init; }

    /// <summary>What must hold; see <see cref="ConstraintGrammar"/>.</summary>
    public ImmutableArray<DecisionConstraint> Constraints { get; init; } = [];

    /// <summary>Declared range of an attribute, by its name. Undeclared ones are derived from all alternatives, and the ranking then depends on who takes part.</summary>
    public ImmutableSortedDictionary<string, AttributeBounds> Bounds { get; init; } = ImmutableSortedDictionary.Create<string, AttributeBounds>(StringComparer.Ordinal);

    /// <summary>How alternatives are ranked.</summary>
    public RankingMethod Method { get; init; } = RankingMethod.Spotis;

    /// <summary>What a missing attribute counts as.</summary>
    public MissingRule Missing { get; init; } = MissingRule.Unknown;

    /// <summary>0–1. Weights of objectives about time are multiplied by 0.5 + this.</summary>
    public double Urgency { get; init; } = 0.5;

    /// <summary>0–1. The more complex, the less a stated number is trusted: its standard deviation is (0.02 + 0.16 × this) of the attribute's range.</summary>
    public double Complexity { get; init; } = 0.5;

    /// <summary>0–1. Below 0.5 uncertain values count as worse than their mean, above as better; weights of objectives about risk are multiplied by 1.5 − this; failure counts with the exponent 2 (1 − this).</summary>
    public double RiskTolerance { get; init; } = 0.5;

    /// <summary>Rate of success of alternatives without an estimate of their own, where another has one. Null: 0.5.</summary>
    public double? BaseSuccess { get; init; }
}

/// <summary>One thing that can be chosen.</summary>
/// <param name="Id">Its name, not empty.</param>
internal sealed record DecisionAlternative(string Id)
{
    private static readonly ImmutableSortedDictionary<string, AttributeValue> NoAttributes = ImmutableSortedDictionary.Create<string, AttributeValue>(StringComparer.Ordinal);
    private static readonly ImmutableSortedDictionary<string, LearnedEstimate> NoEstimates = ImmutableSortedDictionary.Create<string, LearnedEstimate>(StringComparer.Ordinal);

    /// <summary>What is stated about it; anything may be missing.</summary>
    public ImmutableSortedDictionary<string, AttributeValue> Attributes { get; init; } = NoAttributes;

    /// <summary>What experience says about its attributes.</summary>
    public ImmutableSortedDictionary<string, LearnedEstimate> Learned { get; init; } = NoEstimates;

    /// <summary>Learned probability that it succeeds, 0–1; null: not known.</summary>
    public double? SuccessProbability { get; init; }

    /// <summary>The stated number, or null where it is missing or a word.</summary>
    public double? Number(string attribute) => Attributes.TryGetValue(attribute, out var value) ? value.Number : null;
}

/// <summary>A number or a word.</summary>
internal readonly record struct AttributeValue
{
    /// <summary>Finite; null: it is a word.</summary>
    public double? Number { get; private init; }

    /// <summary>Null: it is a number.</summary>
    public string? Word { get; private init; }

    public static implicit operator AttributeValue(double number) => new() { Number = number };

    public static implicit operator AttributeValue(string word) => new() { Word = word };

    /// <summary>Equal numbers, or equal words whatever their case.</summary>
    public bool Matches(AttributeValue other) => Number is { } number ? number == other.Number : string.Equals(Word, other.Word, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Number is { } number ? DecisionText.Of(number) : Word ?? "";
}

/// <summary>What experience says about one attribute of one alternative.</summary>
/// <param name="Mean">Expected value, in the attribute's unit.</param>
/// <param name="StandardDeviation">Of the value that will be seen, not negative.</param>
internal readonly record struct LearnedEstimate(double Mean, double StandardDeviation);

/// <summary>Range of an attribute over everything that could be offered, not over what is.</summary>
/// <param name="Low">The smallest value.</param>
/// <param name="High">The largest value, above <paramref name="Low"/>.</param>
internal readonly record struct AttributeBounds(double Low, double High);
