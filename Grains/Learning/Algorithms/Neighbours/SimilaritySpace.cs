using System.Collections.Immutable;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Neighbours;

/// <summary>
/// What makes two experiences alike: their features, each on a scale of its own (heterogeneous distance, Wilson and Martinez, "Improved heterogeneous distance functions", JAIR 6, 1997, with the scale of numbers from their
/// quartiles, so that a few odd ones do not set it, and no number further than four deviations from the median). The distance of two is the root of the mean over the features compared: 0 for the same, about 1 for two
/// taken at random. Safe for several threads.
/// </summary>
internal sealed class SimilaritySpace
{
    /// <summary>Features that are compared at most; the first ones of the schema.</summary>
    public const int AxesMax = 256;

    /// <summary>The hour and the weekday tell when it happened, not what the situation was.</summary>
    private const string ClockPrefix = "time.", ActionPrefix = "action.";

    private readonly ImmutableArray<SimilarityAxis> _constants;

    private SimilaritySpace(ImmutableArray<SimilarityAxis> axes, ImmutableArray<SimilarityAxis> constants, int leftOut) => (Axes, _constants, LeftOut) = (axes, constants, leftOut);

    /// <summary>What is compared.</summary>
    public ImmutableArray<SimilarityAxis> Axes { get; }

    /// <summary>Features beyond <see cref="AxesMax"/>.</summary>
    public int LeftOut { get; }

    /// <summary>Learned from experiences; features that tell none of them apart are left out.</summary>
    /// <param name="features">Names and kinds.</param>
    /// <param name="rows">Experiences.</param>
    /// <param name="cancellation">Ends it.</param>
    public static SimilaritySpace Of(ImmutableArray<FeatureShape> features, double[][] rows, CancellationToken cancellation = default)
    {
        var axes = ImmutableArray.CreateBuilder<SimilarityAxis>();
        for (var place = 0; place < features.Length; place++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!features[place].Name.StartsWith(ClockPrefix, StringComparison.Ordinal) && SimilarityAxis.Of(place, features[place], rows) is { } axis) { axes.Add(axis); }
        }
        var telling = axes.Where(axis => axis.Spread > 0).ToArray();
        return new([.. telling.Take(AxesMax)], [.. axes.Where(axis => axis.Spread == 0)], Math.Max(0, telling.Length - AxesMax));
    }

    /// <summary>An experience as a point.</summary>
    public float[] Point(double[] row)
    {
        var point = new float[Axes.Length];
        for (var i = 0; i < point.Length; i++) { point[i] = Axes[i].Experience(row[Axes[i].Place]); }
        return point;
    }

    /// <summary>A situation that is asked about.</summary>
    /// <param name="row">Its features.</param>
    /// <param name="withAction">Whether what is done counts too; else only the context.</param>
    public SimilarityQuery Query(double[] row, bool withAction = true) =>
        new(this, [.. Axes.Select(axis => axis.Question(row[axis.Place]))], [.. Enumerable.Range(0, Axes.Length).Where(i => withAction || !IsAction(Axes[i]))]);

    /// <summary>Names of features whose value no experience is known to have had.</summary>
    public IEnumerable<string> Unknown(double[] row) => Axes.Concat(_constants).Where(axis => !axis.IsKnown(row[axis.Place])).Select(axis => ExperienceTable.PlainName(axis.Shape.Name));

    private static bool IsAction(SimilarityAxis axis) => axis.Shape.Name.StartsWith(ActionPrefix, StringComparison.Ordinal);
}

/// <summary>A situation whose like is looked for.</summary>
internal sealed class SimilarityQuery
{
    private readonly SimilaritySpace _space;
    private readonly float[] _point;

    /// <param name="space">How it is compared.</param>
    /// <param name="point">Its values by axis.</param>
    /// <param name="compared">The axes that count.</param>
    public SimilarityQuery(SimilaritySpace space, float[] point, int[] compared)
    {
        (_space, _point) = (space, point);
        // What differs most on average comes first: so most experiences are soon known to be too far.
        Array.Sort(compared, (one, other) => space.Axes[other].Spread.CompareTo(space.Axes[one].Spread));
        Compared = [.. compared];
        Values = [.. compared.Where(i => space.Axes[i].Kind == AxisKind.Value)];
        Numbers = [.. compared.Where(i => space.Axes[i].Kind == AxisKind.Number && !float.IsNaN(point[i]))];
        Missing = [.. compared.Where(i => space.Axes[i].Kind == AxisKind.Number && float.IsNaN(point[i]))];
    }

    /// <summary>Axes that count, the most telling first.</summary>
    public ImmutableArray<int> Compared { get; }

    /// <summary>Of these, those that compare values.</summary>
    public ImmutableArray<int> Values { get; }

    /// <summary>Those that compare numbers.</summary>
    public ImmutableArray<int> Numbers { get; }

    /// <summary>Those whose number is missing in the situation.</summary>
    public ImmutableArray<int> Missing { get; }

    /// <summary>The value of an axis.</summary>
    public float this[int axis] => _point[axis];

    /// <summary>How far away an experience is.</summary>
    public double Distance(double square) => Compared.IsEmpty ? 0 : Math.Sqrt(square / Compared.Length);

    /// <summary>Square of the distance to an experience, times the number of features compared.</summary>
    /// <param name="point">Of the experience: the value of axis <c>i</c> at <c>i · stride</c>.</param>
    /// <param name="stride">How far apart its values lie.</param>
    public double Square(ReadOnlySpan<float> point, int stride = 1)
    {
        var sum = 0.0;
        foreach (var axis in Compared) { sum += _space.Axes[axis].Apart(_point[axis], point[axis * stride]); }
        return sum;
    }

    /// <summary>What sets an experience apart, the largest first: features of which it differs by more than a hundredth of an axis.</summary>
    public IEnumerable<SimilarityAxis> Differences(float[] point) =>
        Compared.Select(i => (Axis: _space.Axes[i], Apart: _space.Axes[i].Apart(_point[i], point[i]))).Where(one => one.Apart > 0.01).OrderByDescending(one => one.Apart).Select(one => one.Axis);
}
