using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>How far the weight of one objective can move, the others keeping their proportions, before another alternative is first.</summary>
/// <param name="Objective">Its name.</param>
/// <param name="Weight">Its weight now, as a share of all.</param>
/// <param name="Below">Below this weight the choice changes; null: never.</param>
/// <param name="BelowTo">Who is first then.</param>
/// <param name="Above">Above this weight the choice changes; null: never.</param>
/// <param name="AboveTo">Who is first then.</param>
internal sealed record WeightFlip(string Objective, double Weight, double? Below, string? BelowTo, double? Above, string? AboveTo);

/// <summary>Finds the weights at which a choice flips: exactly for additive methods, where totals are straight lines of the weight; by a grid and bisection for the others.</summary>
internal static class WeightFlips
{
    /// <summary>A line of less slope is level.</summary>
    private const double SlopeMin = 1e-7;

    /// <summary>What holds only where one objective has no weight or all of it is no flip.</summary>
    private const double EndMargin = 1e-4;

    private const int GridSteps = 64;
    private const int Halvings = 40;

    /// <summary>One entry for each criterion.</summary>
    public static ImmutableArray<WeightFlip> Of(RankedField field, ImmutableArray<Criterion> criteria, CancellationToken cancellation)
    {
        var flips = ImmutableArray.CreateBuilder<WeightFlip>(criteria.Length);
        for (var j = 0; j < criteria.Length; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (below, above) = criteria.Length == 1 ? (null, null) : Rankings.IsAdditive(field.Method) ? Exact(field, j) : Searched(field, j);
            flips.Add(new(criteria[j].Objective.Name, field.Weights[j], below, To(field, j, below, -1), above, To(field, j, above, 1)));
        }
        return flips.MoveToImmutable();
    }

    private static (double? Below, double? Above) Exact(RankedField field, int criterion)
    {
        var weight = field.Weights[criterion];
        var (heaviest, none) = (field.WeightsWith(criterion, 1), field.WeightsWith(criterion, 0));
        var (below, above) = ((double?)null, (double?)null);
        var parts = field.Parts;
        for (var rival = 0; rival < parts.Length; rival++)
        {
            if (rival == field.First) { continue; }
            var atOne = Rankings.Sum(parts[field.First], heaviest) - Rankings.Sum(parts[rival], heaviest);
            var atNone = Rankings.Sum(parts[field.First], none) - Rankings.Sum(parts[rival], none);
            var slope = atOne - atNone;
            if (Math.Abs(slope) < SlopeMin) { continue; }
            var lead = Math.Max(0, atNone + (weight * slope));
            var crossing = weight - (lead / slope);
            if (slope < 0 && crossing < 1 - SlopeMin) { above = Math.Min(above ?? 1, crossing); }
            if (slope > 0 && crossing > SlopeMin) { below = Math.Max(below ?? 0, crossing); }
        }
        return (below, above);
    }

    private static (double? Below, double? Above) Searched(RankedField field, int criterion) =>
        (field.Weights[criterion] > EndMargin ? Search(field, criterion, EndMargin) : null, field.Weights[criterion] < 1 - EndMargin ? Search(field, criterion, 1 - EndMargin) : null);

    private static double? Search(RankedField field, int criterion, double end)
    {
        var from = field.Weights[criterion];
        var inside = from;
        for (var step = 1; step <= GridSteps; step++)
        {
            var outside = from + ((end - from) * step / GridSteps);
            if (field.FirstWith(criterion, outside) == field.First)
            {
                inside = outside;
                continue;
            }
            for (var halving = 0; halving < Halvings; halving++)
            {
                var middle = (inside + outside) / 2;
                if (field.FirstWith(criterion, middle) == field.First) { inside = middle; }
                else { outside = middle; }
            }
            return outside;
        }
        return null;
    }

    /// <summary>Who is first just beyond a flip: the step is widened until it shows beyond rounding.</summary>
    private static string? To(RankedField field, int criterion, double? flip, int direction)
    {
        if (flip is not { } weight) { return null; }
        for (var step = 1e-9; step < 1; step *= 10)
        {
            var first = field.FirstWith(criterion, Math.Clamp(weight + (direction * step), 0, 1));
            if (first != field.First) { return field.Ids[first]; }
        }
        return null;
    }
}
