using System.Collections.Immutable;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Prediction;

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
    public double Apply(double score) => Method == CalibrationMethod.Isotonic ? new RisingLine(Scores, Values).At(score) : Prediction.Scores.Sigmoid(Slope * score + Intercept);

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

    /// <summary>See <see cref="RisingLine"/>. Probabilities keep as far from 0 and 1 as half a row of all would move them.</summary>
    public static Calibrator FitIsotonic(double[] scores, double[] outcomes, double[] weights)
    {
        var rows = Enumerable.Range(0, scores.Length).Where(i => weights[i] > 0).OrderBy(i => scores[i]).ToArray();
        if (rows.Length == 0) { return None; }
        var line = RisingLine.Fit(rows.Select(i => (weights[i], weights[i] * scores[i], weights[i] * outcomes[i])));
        var least = 0.5 / (rows.Sum(i => weights[i]) + 1);
        return new(CalibrationMethod.Isotonic, 1, 0, line.X, [.. line.Y.Select(value => Math.Clamp(value, least, 1 - least))]);
    }

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
