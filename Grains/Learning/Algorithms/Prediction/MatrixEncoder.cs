using System.Collections.Immutable;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

/// <summary>What a column of the matrix takes from a feature.</summary>
internal enum MatrixColumnKind
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>The number; missing is far below every number, so that one split tells it apart.</summary>
    Number = 1,
    /// <summary>1 for one word, else 0.</summary>
    Word = 2,
    /// <summary>A number for each word: the mean target of its training rows, or how many there were.</summary>
    Rate = 3,
}

/// <summary>One column of the matrix that trees see.</summary>
/// <param name="Feature">Its place in the row.</param>
/// <param name="Kind">What is taken.</param>
/// <param name="Code">Of the word; -1: missing.</param>
/// <param name="ByCode">Values by code.</param>
/// <param name="Missing">Value where the word is missing.</param>
internal sealed record MatrixColumn(int Feature, MatrixColumnKind Kind, int Code, ImmutableArray<float> ByCode, float Missing);

/// <summary>
/// Turns rows of features into what trees can split. Words of features with few of them get a column each. Features with many get their frequency and their mean target, drawn
/// towards the overall mean by ten rows (Micci-Barreca 2001), and columns for the most frequent words. Training rows get means from other folds only, so that no row sees its own target.
/// </summary>
/// <param name="Features">Names and kinds of what comes in.</param>
/// <param name="Columns">What goes out.</param>
internal sealed record MatrixEncoder(ImmutableArray<FeatureShape> Features, ImmutableArray<MatrixColumn> Columns)
{
    /// <summary>Value of a missing number.</summary>
    public const float MissingNumber = -1e30f;

    private const int WordsMax = 24;
    private const int FrequentWordsMax = 8;
    private const double PriorRows = 10;

    /// <summary>Learns from training rows, and encodes them.</summary>
    /// <param name="features">Names and kinds.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="targets">By row.</param>
    /// <param name="folds">By row, from 0: rows of one fold do not see each other's targets.</param>
    public static (MatrixEncoder Encoder, float[][] Matrix) Fit(ImmutableArray<FeatureShape> features, double[][] rows, double[] targets, int[] folds)
    {
        var columns = ImmutableArray.CreateBuilder<MatrixColumn>();
        var hidden = new Dictionary<int, float[]>();
        for (var feature = 0; feature < features.Length; feature++)
        {
            if (!features[feature].IsCategory)
            {
                columns.Add(new(feature, MatrixColumnKind.Number, 0, [], 0));
                continue;
            }

            var sums = new CodeSums(features[feature].Categories.Length, rows, feature, targets, folds);
            var ranked = Enumerable.Range(-1, sums.Codes + 1).Where(code => sums.Count(code) >= 5).OrderByDescending(sums.Count).ThenBy(code => code).ToArray();
            var many = ranked.Length > WordsMax;
            foreach (var code in many ? ranked.Take(FrequentWordsMax) : ranked) { columns.Add(new(feature, MatrixColumnKind.Word, code, [], 0)); }
            if (!many) { continue; }
            columns.Add(sums.Column(feature, code => Math.Log2(1 + sums.Count(code))));
            hidden.Add(columns.Count, [.. rows.Select((row, i) => (float)sums.Mean(CodeSums.Code(row[feature]), without: folds[i]))]);
            columns.Add(sums.Column(feature, code => sums.Mean(code, without: -1)));
        }

        var encoder = new MatrixEncoder(features, columns.ToImmutable());
        var matrix = Array.ConvertAll(rows, row => encoder.Encode(row));
        foreach (var (column, values) in hidden)
        {
            for (var i = 0; i < matrix.Length; i++) { matrix[i][column] = values[i]; }
        }

        return (encoder, matrix);
    }

    /// <summary>One row.</summary>
    public float[] Encode(ReadOnlySpan<double> row)
    {
        var encoded = new float[Columns.Length];
        for (var i = 0; i < encoded.Length; i++)
        {
            var column = Columns[i];
            var value = row[column.Feature];
            encoded[i] = column.Kind switch
            {
                MatrixColumnKind.Number => double.IsNaN(value) ? MissingNumber : (float)Math.Clamp(value, -1e29, 1e29),
                MatrixColumnKind.Word => CodeSums.Code(value) == column.Code ? 1 : 0,
                _ => CodeSums.Code(value) is >= 0 and var code && code < column.ByCode.Length ? column.ByCode[code] : column.Missing,
            };
        }

        return encoded;
    }

    /// <summary>Counts and target sums of one feature's words, by fold. The last place is that of missing.</summary>
    private sealed class CodeSums
    {
        private readonly double[,] _counts;
        private readonly double[,] _sums;
        private readonly double[] _priors;
        private readonly int _folds;

        public CodeSums(int codes, double[][] rows, int feature, double[] targets, int[] folds)
        {
            Codes = codes;
            _folds = folds.Max() + 1;
            (_counts, _sums) = (new double[_folds + 1, codes + 1], new double[_folds + 1, codes + 1]);
            var (counts, sums) = (new double[_folds + 1], new double[_folds + 1]);
            for (var i = 0; i < rows.Length; i++)
            {
                var place = Place(Code(rows[i][feature]));
                foreach (var fold in (ReadOnlySpan<int>)[folds[i], _folds])
                {
                    _counts[fold, place]++;
                    _sums[fold, place] += targets[i];
                    counts[fold]++;
                    sums[fold] += targets[i];
                }
            }

            _priors = [.. Enumerable.Range(0, _folds).Select(fold => (sums[_folds] - sums[fold]) / Math.Max(1, counts[_folds] - counts[fold])), sums[_folds] / counts[_folds]];
        }

        public int Codes { get; }

        public static int Code(double value) => double.IsNaN(value) ? -1 : (int)value;

        public double Count(int code) => _counts[_folds, Place(code)];

        /// <summary>Mean target of a word, without the rows of one fold; -1: of all rows.</summary>
        public double Mean(int code, int without)
        {
            var place = Place(code);
            var (count, sum) = (_counts[_folds, place], _sums[_folds, place]);
            if (without < 0) { return (sum + PriorRows * _priors[_folds]) / (count + PriorRows); }
            return (sum - _sums[without, place] + PriorRows * _priors[without]) / (count - _counts[without, place] + PriorRows);
        }

        public MatrixColumn Column(int feature, Func<int, double> value) =>
            new(feature, MatrixColumnKind.Rate, 0, [.. Enumerable.Range(0, Codes).Select(code => (float)value(code))], (float)value(-1));

        private int Place(int code) => code < 0 || code >= Codes ? Codes : code;
    }
}
