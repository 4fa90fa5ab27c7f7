using NexusActors.Learning.Features;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Neighbours;

/// <summary>How a feature is compared.</summary>
internal enum AxisKind
{
    /// <summary>Not at all.</summary>
    None = 0,
    /// <summary>By how far apart two numbers are.</summary>
    Number = 1,
    /// <summary>By whether two values are the same: words, true and false, and what else has no more than two values.</summary>
    Value = 2,
}

/// <summary>One feature in which situations are compared. It adds to the squared distance: of numbers their squared difference, of values 0 or 1; 1 where one of the two is missing, 0 where both are.</summary>
internal sealed class SimilarityAxis
{
    /// <summary>Where a value is missing.</summary>
    public const float MissingValue = -1;

    // What is not among the known values is like nothing, not even like another such value.
    private const float StrangeExperience = -2, StrangeQuestion = -3;
    private const double FarMost = 4, NormalQuartiles = 1.3489795003921634;

    private readonly double _centre, _scale;
    private readonly double[] _values;
    private readonly int _known;

    private SimilarityAxis(int place, FeatureShape shape, AxisKind kind, double centre, double scale, double[] values, int known, double spread)
    {
        (Place, Shape, Kind, Spread) = (place, shape, kind, spread);
        (_centre, _scale, _values, _known) = (centre, scale, values, known);
    }

    /// <summary>Its place in a row of features.</summary>
    public int Place { get; }

    /// <summary>Name and kind of the feature.</summary>
    public FeatureShape Shape { get; }

    /// <summary>How it is compared.</summary>
    public AxisKind Kind { get; }

    /// <summary>What it adds to the squared distance of two experiences on average; 0: it tells none of them apart.</summary>
    public double Spread { get; }

    /// <summary>Learned from experiences; null where none has it.</summary>
    /// <param name="place">Its place in a row.</param>
    /// <param name="shape">Name and kind.</param>
    /// <param name="rows">Rows of features.</param>
    public static SimilarityAxis? Of(int place, FeatureShape shape, double[][] rows)
    {
        var present = rows.Select(row => row[place]).Where(value => !double.IsNaN(value)).ToArray();
        Array.Sort(present);
        var missing = rows.Length - present.Length;
        if (present.Length == 0) { return null; }
        if (shape.IsCategory) { return OfValues(place, shape, [], shape.Categories.Length - 1, present, missing); }
        var values = present.Distinct().Take(3).ToArray();
        if (values.Length <= 2) { return OfValues(place, shape, values, values.Length, present, missing); }
        var quartiles = Quantiles.Of(present, 0.75) - Quantiles.Of(present, 0.25);
        var deviation = quartiles > 0 ? quartiles / NormalQuartiles : Deviation(present);
        if (!(deviation > 0) || !double.IsFinite(deviation)) { return null; }
        // Two experiences taken at random are 1 apart where the numbers are normal, as they are at most where values are compared.
        var axis = new SimilarityAxis(place, shape, AxisKind.Number, Quantiles.Of(present, 0.5), deviation * Math.Sqrt(2), [], 0, 0);
        var (apart, both) = (Deviation(Array.ConvertAll(present, value => (double)axis.Experience(value))), (double)present.Length / rows.Length);
        return new(place, shape, AxisKind.Number, axis._centre, axis._scale, [], 0, 2 * both * both * apart * apart + 2 * both * (1 - both));
    }

    /// <summary>The value of an experience as it is kept.</summary>
    public float Experience(double value) => Encode(value, StrangeExperience);

    /// <summary>The value of the situation that is asked about.</summary>
    public float Question(double value) => Encode(value, StrangeQuestion);

    /// <summary>Whether a value of this axis is missing.</summary>
    public bool IsMissing(float value) => Kind == AxisKind.Number ? float.IsNaN(value) : value == MissingValue;

    /// <summary>Whether a value is known to the axis, or missing.</summary>
    public bool IsKnown(double value) => double.IsNaN(value) || Kind == AxisKind.Number || Encode(value, StrangeQuestion) != StrangeQuestion;

    /// <summary>What it adds to the squared distance.</summary>
    /// <param name="question">Of the situation that is asked about.</param>
    /// <param name="experience">Of the experience.</param>
    public double Apart(float question, float experience)
    {
        if (Kind == AxisKind.Value) { return question == experience ? 0 : 1; }
        if (float.IsNaN(question) || float.IsNaN(experience)) { return float.IsNaN(question) == float.IsNaN(experience) ? 0 : 1; }
        var apart = (double)experience - question;
        return apart * apart;
    }

    private static SimilarityAxis OfValues(int place, FeatureShape shape, double[] values, int known, double[] present, int missing)
    {
        var axis = new SimilarityAxis(place, shape, AxisKind.Value, 0, 1, values, known, 0);
        double all = present.Length + missing;
        var same = present.Select(axis.Experience).Where(value => value >= 0).GroupBy(value => value).Sum(group => group.Count() / all * (group.Count() / all)) + missing / all * (missing / all);
        return new(place, shape, AxisKind.Value, 0, 1, values, known, Math.Max(0, 1 - same));
    }

    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length);
    }

    private float Encode(double value, float strange)
    {
        if (Kind == AxisKind.Number) { return (float)Math.Clamp((value - _centre) / _scale, -FarMost / Math.Sqrt(2), FarMost / Math.Sqrt(2)); }
        if (double.IsNaN(value)) { return MissingValue; }
        var code = _values.Length == 0 ? (int)value : Array.IndexOf(_values, value);
        return code >= 0 && code < _known ? code : strange;
    }
}
