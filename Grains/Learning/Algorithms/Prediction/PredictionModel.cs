using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

/// <summary>Whether it will turn out well.</summary>
/// <param name="Probability">Calibrated.</param>
/// <param name="CanFail">Failure cannot be ruled out at the model's coverage.</param>
/// <param name="CanSucceed">Success cannot be ruled out.</param>
internal sealed record SuccessAnswer(double Probability, bool CanFail, bool CanSucceed);

/// <summary>A number that is expected.</summary>
/// <param name="Value">Itself.</param>
/// <param name="Low">Lower end of the interval at the model's coverage.</param>
/// <param name="High">Upper end.</param>
internal sealed record NumberAnswer(double Value, double Low, double High);

/// <summary>Why an answer is what it is. <see cref="Base"/> and the amounts add up to <see cref="Score"/>: log-odds before calibration, or the number.</summary>
/// <param name="Base">The score where nothing is known.</param>
/// <param name="Score">The score of this row.</param>
/// <param name="Contributions">By feature, largest amount first, those of 0 left out.</param>
internal sealed record Explanation(double Base, double Score, ImmutableArray<FeatureContribution> Contributions);

/// <summary>A trained model: plain immutable data, safe for several threads, the same answers after <see cref="ToBytes"/> and <see cref="FromBytes"/>.</summary>
internal sealed record PredictionModel
{
    private const int FormatNow = 1;

    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Of the bytes.</summary>
    public int Format { get; init; } = FormatNow;
    /// <summary>What is learned.</summary>
    public required ModelObjective Objective { get; init; }
    /// <summary>The schema that rows are encoded with; null for tables that did not come from experiences.</summary>
    public FeatureSchema? Schema { get; init; }
    /// <summary>From rows to what trees see.</summary>
    public required MatrixEncoder Encoder { get; init; }
    /// <summary>The trees.</summary>
    public required TreeEnsemble Trees { get; init; }
    /// <summary>From log-odds to probability.</summary>
    public Calibrator Calibrator { get; init; } = Calibrator.None;
    /// <summary>Sets of outcomes; null for numbers.</summary>
    public ConformalSets? Sets { get; init; }
    /// <summary>Where scores stand, for sets that follow the newest outcomes; null for numbers, and for models from before there were such sets.</summary>
    public ScoreRanks? Ranks { get; init; }
    /// <summary>Half the width of an interval; NaN for success, infinite where there were too few rows.</summary>
    public double Margin { get; init; } = double.NaN;
    /// <summary>For people.</summary>
    public required ModelCard Card { get; init; }

    /// <summary>Log-odds before calibration, or the number.</summary>
    public double Score(ReadOnlySpan<double> row) => Trees.Score(Encoder.Encode(row));

    /// <summary>Of a model of success.</summary>
    public SuccessAnswer Success(ReadOnlySpan<double> row) => SuccessOf(Score(row));

    /// <summary>Of a score.</summary>
    public SuccessAnswer SuccessOf(double score)
    {
        var probability = Calibrator.Apply(score);
        var (canFail, canSucceed) = Sets?.Of(probability) ?? (true, true);
        return new(probability, canFail, canSucceed);
    }

    /// <summary>Of a model of a number.</summary>
    public NumberAnswer Number(ReadOnlySpan<double> row)
    {
        var value = Score(row);
        return new(value, value - Margin, value + Margin);
    }

    /// <summary>
    /// The same trees with calibration, sets and margin from newer rows, which were not trained on: what drifts first is the rate, and that needs few rows and no training.
    /// </summary>
    /// <param name="rows">Encoded with the model's schema.</param>
    /// <param name="targets">By row.</param>
    /// <param name="coverage">Of sets and intervals.</param>
    public PredictionModel Recalibrated(double[][] rows, double[] targets, double coverage) => Recalibrated(Array.ConvertAll(rows, row => Score(row)), targets, coverage);

    /// <summary>The same, from the scores of those rows.</summary>
    public PredictionModel Recalibrated(double[] scores, double[] targets, double coverage)
    {
        if (Objective == ModelObjective.Number) { return this with { Margin = Conformal.Quantile([.. scores.Select((score, i) => Math.Abs(score - targets[i]))], coverage) }; }
        var calibrator = Calibrator.Fit(scores, targets, []);
        return this with { Calibrator = calibrator, Sets = ConformalSets.Fit(calibrator.Apply(scores), targets, coverage), Card = Card with { Calibration = calibrator.Method, Notes = [.. Card.Notes, $"Recalibrated on {scores.Length} newer rows."] } };
    }

    /// <summary>How wrong the answer for a row is: log-loss of the calibrated probability, or squared error.</summary>
    public double Loss(ReadOnlySpan<double> row, double target) => Loss(Objective, Objective == ModelObjective.Number ? Score(row) : Calibrator.Apply(Score(row)), target);

    internal static double Loss(ModelObjective objective, double answer, double target) =>
        objective == ModelObjective.Number ? (answer - target) * (answer - target) : Scores.LogLoss(answer, target);

    /// <summary>Exact Shapley values of the answer for that row; see <see cref="TreeContributions"/>. Columns of one feature are summed.</summary>
    public Explanation Explain(ReadOnlySpan<double> row)
    {
        var encoded = Encoder.Encode(row);
        var amounts = new double[Encoder.Features.Length];
        var columns = TreeContributions.Of(Trees, encoded);
        for (var i = 0; i < columns.Length; i++) { amounts[Encoder.Columns[i].Feature] += columns[i]; }
        var contributions = new List<FeatureContribution>();
        for (var i = 0; i < amounts.Length; i++)
        {
            if (amounts[i] != 0) { contributions.Add(new(Encoder.Features[i].Name, Say(Encoder.Features[i], row[i]), amounts[i])); }
        }

        return new(TreeContributions.Expected(Trees), Trees.Score(encoded), [.. contributions.OrderByDescending(contribution => Math.Abs(contribution.Amount)).ThenBy(contribution => contribution.Feature, StringComparer.Ordinal)]);
    }

    /// <summary>UTF-8 JSON.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>The model again.</summary>
    /// <exception cref="FormatException">The bytes are not a model, or of a format that is not known here.</exception>
    public static PredictionModel FromBytes(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var model = JsonSerializer.Deserialize<PredictionModel>(bytes, Json) ?? throw new FormatException("the bytes are no model");
            return model.Format == FormatNow ? model : throw new FormatException($"the model is of format {model.Format}, known is {FormatNow}");
        }
        catch (JsonException fault)
        {
            throw new FormatException("the bytes are no model", fault);
        }
    }

    private static string Say(FeatureShape feature, double value) =>
        double.IsNaN(value) ? "(missing)" : feature.IsCategory ? feature.Categories[(int)value] : value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture);
}
