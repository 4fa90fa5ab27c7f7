using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>What would have to change for an alternative to be chosen, all else staying as it is.</summary>
/// <param name="Id">The alternative.</param>
/// <param name="Ways">One attribute each, the smallest step first; empty: no single attribute suffices within its bounds.</param>
internal sealed record RequiredChange(string Id, ImmutableArray<AttributeChange> Ways);

/// <summary>A change of one attribute that suffices.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="From">What is expected now; null: it is missing.</param>
/// <param name="To">At this value the alternative is level with the chosen one; beyond it, it wins.</param>
/// <param name="Step">The change as a share of the attribute's range.</param>
internal sealed record AttributeChange(string Attribute, double? From, double To, double Step);

/// <summary>Finds, for each alternative that was not chosen, the value of each attribute with which it would be: exactly for SPOTIS, by bisection for the others, which is sound since an improvement never lowers a rank.</summary>
internal static class RequiredChanges
{
    /// <summary>Alternatives that are looked at where it takes bisection.</summary>
    public const int SearchedMax = 20;

    private const int Halvings = 40;

    /// <param name="matrix">All alternatives.</param>
    /// <param name="rows">Which of them take part, by their place in the field.</param>
    /// <param name="field">Those, ranked.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static ImmutableArray<RequiredChange> Of(DecisionMatrix matrix, int[] rows, RankedField field, CancellationToken cancellation)
    {
        var exact = field.Method == RankingMethod.Spotis;
        var changes = ImmutableArray.CreateBuilder<RequiredChange>();
        foreach (var alternative in exact ? field.Order.Skip(1) : field.Order.Skip(1).Take(SearchedMax))
        {
            cancellation.ThrowIfCancellationRequested();
            var ways = matrix.Criteria.Select((criterion, j) => Way(matrix, rows[alternative], j, exact ? Needed(field, alternative, j) : Searched(matrix, rows[alternative], field, alternative, j)));
            changes.Add(new(field.Ids[alternative], [.. ways.OfType<AttributeChange>().OrderBy(way => way.Step)]));
        }
        return changes.ToImmutable();
    }

    private static AttributeChange? Way(DecisionMatrix matrix, int row, int criterion, double? counted)
    {
        var (of, belief) = (matrix.Criteria[criterion], matrix.Beliefs[row][criterion]);
        if (counted is not { } needed || of.Range == 0) { return null; }
        var neutral = matrix.NeutralFor(needed, row, criterion);
        if (!(neutral <= 1)) { return null; }
        return new(of.Attribute, belief.Source == BeliefSource.Missing ? null : belief.Mean, of.Value(neutral), Math.Abs(neutral - matrix.Neutral[row][criterion]));
    }

    private static double? Needed(RankedField field, int alternative, int criterion) =>
        field.Weights[criterion] > 0 ? field.Scores[alternative][criterion] + ((field.Totals[field.First] - field.Totals[alternative]) / field.Weights[criterion]) : null;

    private static double? Searched(DecisionMatrix matrix, int row, RankedField field, int alternative, int criterion)
    {
        var (low, high) = (field.Scores[alternative][criterion], matrix.CountedFor(1, row, criterion));
        if (!(high > low) || field.FirstWith(alternative, criterion, high) != alternative) { return null; }
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            if (field.FirstWith(alternative, criterion, middle) == alternative) { high = middle; }
            else { low = middle; }
        }
        return high;
    }
}
