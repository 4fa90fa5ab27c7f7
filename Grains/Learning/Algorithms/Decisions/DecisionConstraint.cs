using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>What an attribute must be. All that is given must hold.</summary>
/// <param name="Name">As the user wrote it.</param>
/// <param name="Candidates">Attributes that it may speak of; the first that any alternative has is meant.</param>
internal sealed record DecisionConstraint(string Name, ImmutableArray<string> Candidates)
{
    /// <summary>The smallest number allowed.</summary>
    public double? Min { get; init; }

    /// <summary>The largest number allowed.</summary>
    public double? Max { get; init; }

    /// <summary>Values allowed; empty: all. One value: equality.</summary>
    public ImmutableArray<AttributeValue> OneOf { get; init; } = [];

    /// <summary>Values not allowed.</summary>
    public ImmutableArray<AttributeValue> NoneOf { get; init; } = [];

    /// <summary>How a value breaks it; null: it does not.</summary>
    /// <param name="attribute">The attribute that is meant.</param>
    /// <param name="value">Stated or expected; null: missing, which breaks it, since what must hold cannot be shown to hold.</param>
    public ConstraintBreach? Check(string attribute, AttributeValue? value)
    {
        if (value is not { } given) { return new(Name, attribute, null, null, null, $"{attribute} is not stated, so {Name} cannot be checked"); }
        if (Max is { } max && !(given.Number <= max)) { return Limit(attribute, given, max, given.Number - max, "above"); }
        if (Min is { } min && !(given.Number >= min)) { return Limit(attribute, given, min, min - given.Number, "below"); }
        if (!OneOf.IsEmpty && !OneOf.Any(allowed => allowed.Matches(given)))
        {
            return new(Name, attribute, given, null, OneOf is [{ Number: { } wanted }] && given.Number is { } number ? Math.Abs(number - wanted) : null,
                $"{attribute} is {given}, but must be {string.Join(" or ", OneOf)}");
        }
        return NoneOf.Any(forbidden => forbidden.Matches(given)) ? new(Name, attribute, given, null, null, $"{attribute} is {given}, which is not allowed") : null;
    }

    private ConstraintBreach Limit(string attribute, AttributeValue given, double limit, double? excess, string side) =>
        new(Name, attribute, given, limit, excess, excess is { } by
            ? $"{attribute} is {given}, {DecisionText.Of(by)} {side} the limit of {DecisionText.Of(limit)}"
            : $"{attribute} is the word '{given}', but {Name} needs a number");
}

/// <summary>How an alternative breaks a constraint.</summary>
/// <param name="Constraint">As the user wrote it.</param>
/// <param name="Attribute">The attribute that is meant.</param>
/// <param name="Value">What it is; null: missing.</param>
/// <param name="Limit">The bound that is broken, where it is a number.</param>
/// <param name="Excess">By how much, in the attribute's unit; null: it cannot be said in numbers.</param>
/// <param name="Message">The same as a sentence's part.</param>
internal sealed record ConstraintBreach(string Constraint, string Attribute, AttributeValue? Value, double? Limit, double? Excess, string Message);
