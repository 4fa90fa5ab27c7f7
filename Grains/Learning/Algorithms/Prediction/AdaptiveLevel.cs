using System.Collections.Immutable;

namespace NexusActors.Learning.Prediction;

/// <summary>
/// The level at which an outcome is ruled out, moved so that the share of truths that are ruled out stays what was asked for, however the world moves: adaptive conformal inference, with steps of several sizes at once that are
/// trusted by how well they did lately (Gibbs and Candès 2021; DtACI of Gibbs and Candès, "Conformal inference for online prediction with arbitrary distribution shifts", JMLR 25, 2024). Not for several threads at once.
/// </summary>
internal sealed class AdaptiveLevel
{
    private static readonly ImmutableArray<double> Steps = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128];

    /// <summary>Outcomes over which the steps are to be as good as the best of them.</summary>
    private const double Interval = 500;

    private readonly double _target, _trust;
    private readonly double[] _levels = new double[Steps.Length], _weights = new double[Steps.Length];

    /// <param name="target">Share of truths that may be ruled out, 0–1.</param>
    public AdaptiveLevel(double target)
    {
        _target = target;
        _trust = Math.Sqrt(3 / Interval * (Math.Log(Steps.Length * Interval) + 2) / (Math.Pow(1 - target, 2) * Math.Pow(target, 3) + Math.Pow(target, 2) * Math.Pow(1 - target, 3)));
        Array.Fill(_levels, target);
        Array.Fill(_weights, 1.0 / Steps.Length);
    }

    /// <summary>An outcome whose p-value is at most that is ruled out. At or below 0 none is.</summary>
    public double Level
    {
        get
        {
            var level = 0.0;
            for (var i = 0; i < _levels.Length; i++) { level += _weights[i] * _levels[i]; }
            return level;
        }
    }

    /// <summary>Takes in the p-value that a truth had.</summary>
    /// <param name="pValue">0–1.</param>
    /// <param name="weight">How many truths it stands for.</param>
    public void Add(double pValue, double weight = 1)
    {
        var total = 0.0;
        for (var i = 0; i < _levels.Length; i++)
        {
            var above = pValue - _levels[i];
            _weights[i] *= Math.Exp(-_trust * weight * (above >= 0 ? _target * above : (_target - 1) * above));
            total += _weights[i];
            _levels[i] += Steps[i] * weight * (_target - (above <= 0 ? 1 : 0));
        }

        const double mixed = 1 / (2 * Interval);
        for (var i = 0; i < _weights.Length; i++) { _weights[i] = (1 - mixed) * _weights[i] / total + mixed / _weights.Length; }
    }
}
