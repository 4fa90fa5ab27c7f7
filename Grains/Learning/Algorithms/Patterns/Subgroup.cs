using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Learning.Patterns;

/// <summary>Examples that meet some conditions and succeed more often, or less, than the rest. Every figure is of examples that the search did not see.</summary>
/// <param name="Conditions">All of them hold.</param>
/// <param name="Support">Examples that meet them.</param>
/// <param name="Successes">Those that succeeded.</param>
/// <param name="Rate">Share of successes, 0–1.</param>
/// <param name="RateLow">The true rate is above this, with 95 % confidence together with <paramref name="RateHigh"/> (Wilson).</param>
/// <param name="RateHigh">And below this.</param>
/// <param name="RestRate">Share of successes among all others.</param>
/// <param name="Lift"><paramref name="Rate"/> over that of all examples.</param>
/// <param name="P">How likely such a difference is by chance (Fisher, two-sided).</param>
/// <param name="Examples">Some rows of it, seen by the search or not.</param>
internal sealed record Subgroup(ImmutableArray<Condition> Conditions, int Support, int Successes, double Rate, double RateLow, double RateHigh, double RestRate, double Lift, double P, ImmutableArray<int> Examples)
{
    /// <summary>For people.</summary>
    public string Sentence => string.Create(CultureInfo.InvariantCulture,
        $"Where {string.Join(" and ", Conditions.Select(condition => condition.Text))}, {Rate:P0} succeed ({Successes} of {Support}; 95 % interval {RateLow:P0} to {RateHigh:P0}), against {RestRate:P0} of the others.");
}

/// <summary>How subgroups are looked for.</summary>
internal sealed record SubgroupSettings
{
    /// <summary>Conditions at most.</summary>
    public int DepthMax { get; init; } = 3;

    /// <summary>How many of each depth are looked at further.</summary>
    public int Beam { get; init; } = 40;

    /// <summary>Bounds of a number at most.</summary>
    public int Cuts { get; init; } = 9;

    /// <summary>Examples that a subgroup must have, on each side of the split.</summary>
    public int Fewest { get; init; } = 20;

    /// <summary>Expected share of false ones among those that are told, at most.</summary>
    public double FalseDiscoveryRate { get; init; } = 0.05;

    /// <summary>Subgroups at most.</summary>
    public int Limit { get; init; } = 20;
}
