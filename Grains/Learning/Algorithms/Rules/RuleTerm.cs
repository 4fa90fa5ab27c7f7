using System.Globalization;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

/// <summary>What is made of two numbers.</summary>
internal enum TermOperation
{
    /// <summary>Nothing: the first as it is.</summary>
    None = 0,
    /// <summary>The first without the second.</summary>
    Minus = 1,
    /// <summary>Their product.</summary>
    Times = 2,
    /// <summary>The first divided by the second; missing where that is 0.</summary>
    Over = 3,
}

/// <summary>A quantity that rules compare: a column of numbers, or what is made of two of them.</summary>
/// <param name="First">Name of a column.</param>
/// <param name="Operation">What is made of both.</param>
/// <param name="Second">Name of the other column; empty without an operation.</param>
internal sealed record RuleTerm(string First, TermOperation Operation = TermOperation.None, string Second = "")
{
    /// <summary>For people.</summary>
    public string Text => Operation switch
    {
        TermOperation.Minus => $"{First} - {Second}",
        TermOperation.Times => $"{First} * {Second}",
        TermOperation.Over => $"{First} / {Second}",
        _ => First,
    };

    /// <summary>Its value; <see cref="double.NaN"/> where it has none.</summary>
    public double Of(double first, double second)
    {
        var value = Operation switch
        {
            TermOperation.Minus => first - second,
            TermOperation.Times => first * second,
            TermOperation.Over => second == 0 ? double.NaN : first / second,
            _ => first,
        };
        return double.IsFinite(value) ? value : double.NaN;
    }
}

/// <summary>A quantity below, or above, a bound; neither holds where it has no value.</summary>
/// <param name="Term">Which quantity.</param>
/// <param name="IsBelow">Whether it must be below, else above.</param>
/// <param name="Bound">The bound itself meets neither.</param>
internal sealed record Compared(RuleTerm Term, bool IsBelow, double Bound) : Condition(Term.Text)
{
    /// <inheritdoc/>
    public override string Text => string.Create(CultureInfo.InvariantCulture, $"{Term.Text} {(IsBelow ? '<' : '>')} {Bound:R}");

    /// <summary>Whether a value meets it.</summary>
    public bool Holds(double value) => IsBelow ? value < Bound : value > Bound;
}
