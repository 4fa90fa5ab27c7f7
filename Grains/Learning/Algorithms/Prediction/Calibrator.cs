using System.Collections.Immutable;

namespace NexusActors.Learning.Prediction;

/// <summary>How log-odds become probabilities.</summary>
internal enum CalibrationMethod
{
    /// <summary>As they are.</summary>
    None = 0,
    /// <summary>A straight line in log-odds (Platt 1999).</summary>
    Platt = 1,
    /// <summary>A rising curve through the centres of pooled blocks (Zadrozny and Elkan 2002; centred as by Oron and Flournoy 2017, so that it keeps the ranks).</summary>
    Isotonic = 2,
}

/// <summary>A rising map from log-odds to probability.</summary>
/// <param name="Method">Which.</param>
/// <param name="Slope">Platt: at least 0.</param>
/// <param name="Intercept">Platt.</param>
/// <param name="Scores">Isotonic: log-odds of the centres, rising.</param>
/// <param name="Values">Isotonic: probabilities of the centres, rising.</param>
internal sealed record Calibrator(CalibrationMethod Method, double Slope, double Intercept, ImmutableArray<double> Scores, ImmutableArray<double> Values)
{
    private const int Folds = 5;

    /// <summary>Changes nothing.</summary>
    public static Calibrator None { get; } = new(CalibrationMethod.None, 1, 0, [], []);

    /// <summary>The probability.</summary>
    public double Apply(double score)
    {
        if (Method != CalibrationMethod.Isotonic) { return Prediction.Scores.Sigmoid(Slope * score + Intercept); }
        var place = Scores.AsSpan().BinarySearch(score);
        if (place >= 0) { return Values[place]; }
        place = ~place;
        if (place == 0) { return Values[0]; }
        if (place == Scores.Length) { return Values[^1]; }
        var share = (score - Scores[place - 1]) / (Scores[place] - Scores[place - 1]);
        return Values[place - 1] + share * (Values[place] - Values[place - 1]);
    }

    /// <summary>The probabilities.</summary>
    public double[] Apply(double[] scores) => Array.ConvertAll(scores, Apply);

    /// <summary>
    /// The method with the lowest cross-validated log-loss, fitted to all. It is never worse on these rows than no calibration: then there is none.
    /// </summary>
    /// <param name="scores">Log-odds of rows that were not trained on.</param>
    /// <param name="outcomes">1 and 0.</param>
    /// <param name="weights">By row; empty: all alike.</param>
    public static Calibrator Fit(double[] scores, double[] outcomes, double[] weights)
    {
        if (weights.Length == 0) { Array.Fill(weights = new double[scores.Length], 1); }
        Func<double[], double[], double[], Calibrator>[] methods = [(_, _, _) => None, FitPlatt, FitIsotonic];
        var best = methods.MinBy(method => CrossValidated(method, scores, outcomes, weights))!(scores, outcomes, weights);
        return Loss(best, scores, outcomes, weights) <= Loss(None, scores, outcomes, weights) ? best : None;
    }

    /// <summary>The line of least weighted log-loss, held to the identity by one row's worth of square penalty, so that separable rows have an answer too. Newton's method, halving steps that overshoot.</summary>
    public static Calibrator FitPlatt(double[] scores, double[] outcomes, double[] weights)
    {
        var (slope, intercept) = (1.0, 0.0);
        var loss = Penalised(slope, intercept, scores, outcomes, weights);
        for (var round = 0; round < 100; round++)
        {
            double ga = slope - 1, gb = intercept, haa = 1, hab = 0, hbb = 1;
            for (var i = 0; i < scores.Length; i++)
            {
                var p = Prediction.Scores.Sigmoid(slope * scores[i] + intercept);
                var (gradient, curve) = (weights[i] * (p - outcomes[i]), weights[i] * p * (1 - p));
                (ga, gb) = (ga + gradient * scores[i], gb + gradient);
                (haa, hab, hbb) = (haa + curve * scores[i] * scores[i], hab + curve * scores[i], hbb + curve);
            }

            var scale = haa * hbb - hab * hab;
            var (da, db) = ((hbb * ga - hab * gb) / scale, (haa * gb - hab * ga) / scale);
            var step = 1.0;
            double next;
            while ((next = Penalised(slope - step * da, intercept - step * db, scores, outcomes, weights)) > loss && step > 1e-6) { step /= 2; }
            if (next >= loss - 1e-12 * Math.Abs(loss)) { break; }
            (slope, intercept, loss) = (slope - step * da, intercept - step * db, next);
        }

        return new(CalibrationMethod.Platt, Math.Max(0, slope), intercept, [], []);
    }

    /// <summary>Pool adjacent violators, then the line through the blocks' centres. Probabilities keep as far from 0 and 1 as half a row of all would move them.</summary>
    public static Calibrator FitIsotonic(double[] scores, double[] outcomes, double[] weights)
    {
        var order = Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]).ToArray();
        var blocks = new List<(double Weight, double Happened, double Score)>();
        foreach (var i in order.Where(i => weights[i] > 0))
        {
            blocks.Add((weights[i], weights[i] * outcomes[i], weights[i] * scores[i]));
            while (blocks.Count > 1 && Pools(blocks[^2], blocks[^1]))
            {
                var (a, b) = (blocks[^2], blocks[^1]);
                blocks.RemoveAt(blocks.Count - 1);
                blocks[^1] = (a.Weight + b.Weight, a.Happened + b.Happened, a.Score + b.Score);
            }
        }

        var least = 0.5 / (blocks.Sum(block => block.Weight) + 1);
        return blocks.Count == 0 ? None : new(CalibrationMethod.Isotonic, 1, 0, [.. blocks.Select(block => block.Score / block.Weight)], [.. blocks.Select(block => Math.Clamp(block.Happened / block.Weight, least, 1 - least))]);
    }

    /// <summary>Rates that do not rise are pooled, and rows of the same score.</summary>
    private static bool Pools((double Weight, double Happened, double Score) a, (double Weight, double Happened, double Score) b) =>
        a.Happened * b.Weight >= b.Happened * a.Weight || a.Score / a.Weight >= b.Score / b.Weight;

    private static double CrossValidated(Func<double[], double[], double[], Calibrator> fit, double[] scores, double[] outcomes, double[] weights)
    {
        double loss = 0;
        for (var fold = 0; fold < Folds; fold++)
        {
            double[] Part(double[] all, bool held) => [.. all.Where((_, i) => i % Folds == fold == held)];
            var map = fit(Part(scores, false), Part(outcomes, false), Part(weights, false));
            loss += Loss(map, Part(scores, true), Part(outcomes, true), Part(weights, true));
        }

        return loss;
    }

    private static double Loss(Calibrator map, double[] scores, double[] outcomes, double[] weights)
    {
        double loss = 0;
        for (var i = 0; i < scores.Length; i++) { loss += weights[i] * Prediction.Scores.LogLoss(map.Apply(scores[i]), outcomes[i]); }
        return loss;
    }

    private static double Penalised(double slope, double intercept, double[] scores, double[] outcomes, double[] weights) =>
        ((slope - 1) * (slope - 1) + intercept * intercept) / 2 + Loss(new(CalibrationMethod.Platt, slope, intercept, [], []), scores, outcomes, weights);
}
