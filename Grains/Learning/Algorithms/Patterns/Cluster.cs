using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Learning.Patterns;

/// <summary>Examples that are alike.</summary>
/// <param name="Size">How many.</param>
/// <param name="Share">Of all examples, 0–1.</param>
/// <param name="Successes">Those that succeeded.</param>
/// <param name="Rate">Share of successes, 0–1.</param>
/// <param name="RateLow">The true rate is above this, with 95 % confidence together with <paramref name="RateHigh"/> (Wilson).</param>
/// <param name="RateHigh">And below this.</param>
/// <param name="Traits">What sets it apart, the most telling first.</param>
/// <param name="Examples">Some rows of it, nearest to its centre first.</param>
internal sealed record Cluster(int Size, double Share, int Successes, double Rate, double RateLow, double RateHigh, ImmutableArray<Trait> Traits, ImmutableArray<int> Examples)
{
    /// <summary>For people.</summary>
    public string Sentence => string.Create(CultureInfo.InvariantCulture,
        $"{Size:N0} alike ({Share:P0} of all): {(Traits.IsEmpty ? "no single condition sets them apart" : string.Join(", ", Traits.Select(trait => trait.Text)))}. {Rate:P0} succeed (95 % interval {RateLow:P0} to {RateHigh:P0}).");
}

/// <summary>A condition that holds more often within a cluster than among all.</summary>
/// <param name="Condition">Which.</param>
/// <param name="Share">How often within, 0–1.</param>
/// <param name="Overall">How often among all, 0–1.</param>
internal sealed record Trait(Condition Condition, double Share, double Overall)
{
    /// <summary>How many times as often as among all.</summary>
    public double Lift => Share / Overall;

    /// <summary>For people.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Condition.Text} ({Share:P0} of them, {Overall:P0} of all)");
}

/// <summary>What clusters were found.</summary>
/// <param name="Clusters">Largest first; none where all examples are the same.</param>
/// <param name="Silhouette">Mean over the examples that were measured, −1 to 1; null without clusters.</param>
/// <param name="Measured">Examples from which the centres and the silhouette come.</param>
internal sealed record Clustering(ImmutableArray<Cluster> Clusters, double? Silhouette, int Measured);
