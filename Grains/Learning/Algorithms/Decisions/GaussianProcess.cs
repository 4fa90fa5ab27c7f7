using System.Collections.Immutable;
using MathNet.Numerics.LinearAlgebra;

namespace NexusActors.Learning.Decisions;

/// <summary>
/// Learns a number from some hundred earlier examples and says how sure it is: regression by a Gaussian process (Rasmussen and Williams 2006) with a linear part, parts that depend on the situation, on the action, and on both together
/// (Matérn-5/2 with a length for each feature), and noise. So in a situation unlike all known ones it still knows how actions differ as a rule.
/// Its settings maximise the marginal likelihood, from a fixed start: the same examples give the same model. Time grows with the cube of the examples.
/// </summary>
internal sealed class GaussianProcess
{
    /// <summary>Examples that a fit may take; choose among more.</summary>
    public const int ExamplesMax = 1000;

    /// <summary>Settings before the lengths: logarithms of the variances of the linear part, of situation, of action, of both, and of the noise.</summary>
    private const int Variances = 5;

    private const int SweepsMax = 6;
    private const double StepAtFirst = 1.2;
    private const double StepMin = 0.15;
    private const double Sqrt5 = 2.23606797749979;

    private readonly Standard[] _features;
    private readonly Standard _target;
    private readonly double[][] _examples;
    private readonly Kernel _kernel;
    private readonly Matrix<double> _factor;
    private readonly Vector<double> _coefficients;

    private GaussianProcess(Standard[] features, Standard target, double[][] examples, Vector<double> targets, Kernel kernel)
    {
        (_features, _target, _examples, _kernel) = (features, target, examples, kernel);
        var cholesky = _kernel.Covariance(examples).Cholesky();
        _factor = cholesky.Factor;
        _coefficients = cholesky.Solve(targets);
    }

    /// <summary>Learns.</summary>
    /// <param name="features">By example; finite numbers, as many in each. One that never varies says nothing about the mean.</param>
    /// <param name="situation">How many of the features, the first ones, tell the situation; the others tell the action.</param>
    /// <param name="targets">By example; finite.</param>
    /// <param name="cancellation">Ends the search for settings.</param>
    /// <exception cref="ArgumentException">There are no examples, too many, or not as many targets.</exception>
    public static GaussianProcess Fit(IReadOnlyList<double[]> features, int situation, IReadOnlyList<double> targets, CancellationToken cancellation = default)
    {
        if (features.Count is 0 or > ExamplesMax || features.Count != targets.Count) { throw new ArgumentException($"must be 1 to {ExamplesMax} examples with a target each", nameof(features)); }
        Standard[] standards = [.. Enumerable.Range(0, features[0].Length).Select(column => Standard.Of([.. features.Select(row => row[column])]))];
        var target = Standard.Of([.. targets]);
        double[][] examples = [.. features.Select(row => Standardised(standards, row))];
        var values = Vector<double>.Build.DenseOfEnumerable(targets.Select(value => target.Of(value)));
        return new(standards, target, examples, values, new(Search(examples, values, situation, cancellation), situation));
    }

    /// <summary>What to expect of new features: mean, and standard deviation of a single new value, noise included. What differs in a feature that never varied is as uncertain as if nothing were known.</summary>
    public LearnedEstimate Predict(double[] features)
    {
        var point = Standardised(_features, features);
        var row = Vector<double>.Build.Dense(_examples.Length, i => _kernel.Of(point, _examples[i]));
        var mean = row.DotProduct(_coefficients);
        var solved = Forward(row);
        var known = features.Where((value, column) => _features[column].IsNews(value)).Any() ? 0 : solved.DotProduct(solved);
        var variance = Math.Max(0, _kernel.Of(point, point) - known) + _kernel.Noise;
        return new(_target.Back(mean), Math.Sqrt(variance) * _target.Deviation);
    }

    /// <summary>Climbs one setting after the other.</summary>
    private static double[] Search(double[][] examples, Vector<double> targets, int situation, CancellationToken cancellation)
    {
        var features = examples[0].Length;
        double[] best = [0, -1, -1, -1, Math.Log(0.01), .. Enumerable.Repeat(Math.Log(2 * Math.Sqrt(Math.Max(1, features))), features)];
        var bestLikelihood = Likelihood(examples, targets, situation, best);
        var step = StepAtFirst;
        for (var sweep = 0; sweep < SweepsMax && step >= StepMin; sweep++)
        {
            var improved = false;
            for (var setting = 0; setting < best.Length; setting++)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var direction in (ReadOnlySpan<double>)[1, -1])
                {
                    var moved = false;
                    while (Try(setting, direction * step)) { moved = true; }
                    improved |= moved;
                    if (moved) { break; }
                }
            }
            if (!improved) { step /= 2; }
            else if (sweep > 0) { step *= 0.7; }
        }
        return best;

        bool Try(int setting, double change)
        {
            var tried = (double[])best.Clone();
            tried[setting] = Math.Clamp(tried[setting] + change, -12, 12);
            var likelihood = Likelihood(examples, targets, situation, tried);
            if (!(likelihood > bestLikelihood + 1e-3)) { return false; }
            (best, bestLikelihood) = (tried, likelihood);
            return true;
        }
    }

    /// <summary>Logarithm of the marginal likelihood with a weak prior on the settings, but for a constant; not a number: the covariance is singular.</summary>
    private static double Likelihood(double[][] examples, Vector<double> targets, int situation, double[] settings)
    {
        try
        {
            var cholesky = new Kernel(settings, situation).Covariance(examples).Cholesky();
            var prior = settings.Skip(Variances).Sum(length => (length - 1) * (length - 1) / 8);
            return (-0.5 * targets.DotProduct(cholesky.Solve(targets))) - (0.5 * cholesky.DeterminantLn) - prior;
        }
        catch (ArgumentException)
        {
            return double.NaN;
        }
    }

    private static double[] Standardised(Standard[] standards, double[] row) => [.. row.Select((value, column) => standards[column].Of(value))];

    private Vector<double> Forward(Vector<double> right)
    {
        var solved = Vector<double>.Build.Dense(right.Count);
        for (var i = 0; i < right.Count; i++)
        {
            var sum = right[i];
            for (var k = 0; k < i; k++) { sum -= _factor[i, k] * solved[k]; }
            solved[i] = sum / _factor[i, i];
        }
        return solved;
    }

    /// <summary>How alike two examples are.</summary>
    private sealed class Kernel(double[] settings, int situation)
    {
        private readonly double[] _variances = [.. settings.Take(Variances).Select(Math.Exp)];
        private readonly double[] _scales = [.. settings.Skip(Variances).Select(length => Math.Exp(-length))];

        /// <summary>Its variance; never so small that equal examples make the covariance singular.</summary>
        public double Noise => _variances[^1] + 1e-8;

        public double Of(double[] one, double[] other)
        {
            var (linear, here, done) = (1.0, 0.0, 0.0);
            for (var d = 0; d < one.Length; d++)
            {
                linear += one[d] * other[d];
                var distance = (one[d] - other[d]) * _scales[d];
                if (d < situation) { here += distance * distance; }
                else { done += distance * distance; }
            }
            var (alike, same) = (Matern(here), Matern(done));
            return (_variances[0] * linear) + (_variances[1] * alike) + (_variances[2] * same) + (_variances[3] * alike * same);
        }

        private static double Matern(double square)
        {
            var r = Sqrt5 * Math.Sqrt(square);
            return (1 + r + (r * r / 3)) * Math.Exp(-r);
        }

        public Matrix<double> Covariance(double[][] examples)
        {
            var covariance = Matrix<double>.Build.Dense(examples.Length, examples.Length);
            for (var i = 0; i < examples.Length; i++)
            {
                for (var k = 0; k < i; k++) { covariance[i, k] = covariance[k, i] = Of(examples[i], examples[k]); }
                covariance[i, i] = Of(examples[i], examples[i]) + Noise;
            }
            return covariance;
        }
    }

    /// <summary>Mean and standard deviation of a column; one that never varied is 0, whatever comes.</summary>
    private readonly record struct Standard(double Mean, double Deviation)
    {
        public static Standard Of(ImmutableArray<double> values)
        {
            var mean = values.Average();
            var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            return new(mean, deviation > 1e-12 * Math.Abs(mean) ? deviation : 0);
        }

        /// <summary>Whether a column that never varied has another value.</summary>
        public bool IsNews(double value) => Deviation == 0 && Math.Abs(value - Mean) > 1e-9 * Math.Max(1, Math.Abs(Mean));

        public double Of(double value) => Deviation == 0 ? 0 : (value - Mean) / Deviation;

        public double Back(double value) => Mean + (value * Deviation);
    }
}
