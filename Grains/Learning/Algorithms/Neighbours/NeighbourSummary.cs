using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Learning.Features;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Neighbours;

/// <summary>What came of experiences that are alike, for people and machines.</summary>
internal static class NeighbourSummary
{
    /// <summary>Differences told of one experience.</summary>
    public const int DifferencesMax = 3;

    private const string Missing = "(missing)";

    /// <summary>How often they succeeded.</summary>
    public static SuccessRate Success(IReadOnlyCollection<Experience> experiences)
    {
        var (support, successes) = (experiences.Count, experiences.Count(experience => experience.Success));
        var (low, high) = Proportions.Wilson(successes, support);
        return new(support, successes, support == 0 ? 0 : (double)successes / support, low, high);
    }

    /// <summary>The numbers of their outcomes and metrics: those that most of them have first.</summary>
    public static ImmutableArray<OutcomeSpread> Numbers(IEnumerable<Experience> experiences) =>
    [
        .. experiences.SelectMany(ExperienceTargets.Numbers).GroupBy(number => number.Name, number => number.Value, StringComparer.Ordinal)
            .Select(number => Spread(number.Key, [.. number.Order()]))
            .OrderByDescending(number => number.Count).ThenBy(number => number.Name, StringComparer.Ordinal).Take(NeighbourLimits.NumbersMax),
    ];

    /// <summary>In what an experience differs from the situation, the largest first.</summary>
    /// <param name="space">How they are compared.</param>
    /// <param name="query">The situation.</param>
    /// <param name="asked">Its features.</param>
    /// <param name="there">Those of the experience.</param>
    public static ImmutableArray<SituationDifference> Differences(SimilaritySpace space, SimilarityQuery query, double[] asked, double[] there) =>
        [.. query.Differences(space.Point(there)).Take(DifferencesMax).Select(axis => new SituationDifference(ExperienceTable.PlainName(axis.Shape.Name), Text(axis.Shape, asked[axis.Place]), Text(axis.Shape, there[axis.Place])))];

    private static OutcomeSpread Spread(string name, double[] sorted) => new(name, sorted.Length, sorted[0], Quantiles.Of(sorted, 0.1), Quantiles.Of(sorted, 0.5), Quantiles.Of(sorted, 0.9), sorted[^1]);

    private static string Text(FeatureShape shape, double value) =>
        double.IsNaN(value) ? Missing : shape.IsCategory ? shape.Categories[(int)value] : value.ToString("G6", CultureInfo.InvariantCulture);
}
