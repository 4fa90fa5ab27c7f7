namespace NexusActors.Learning.Prediction;

/// <summary>
/// What the newest outcomes of one class say about how much conformity the next one will have: a p-value by weighted conformal prediction (Tibshirani et al. 2019; Barber et al., "Conformal prediction beyond exchangeability", 2023), ruled out at
/// an <see cref="AdaptiveLevel"/>. A row weighs less with each that happened after it, and more the less likely it was to be known by now, so that outcomes that come fast do not stand for those that still wait; the level goes through the rows in
/// the order in which they happened, with the same weights against delay. Not for several threads at once.
/// </summary>
/// <param name="missed">Share of truths that may be ruled out, 0–1.</param>
/// <param name="priorRows">That many rows, at most <see cref="PriorMax"/>, of conformities that are p-values already say what is to be expected before there is anything newer; 0: nothing does.</param>
internal sealed class ConformityWindow(double missed, int priorRows)
{
    /// <summary>Rows that are kept: those that happened last.</summary>
    public const int RowsMax = 10_000;

    /// <summary>What was expected at the start counts as at most that many rows.</summary>
    public const int PriorMax = 100;

    /// <summary>A row counts half when that many happened after it.</summary>
    private const double HalfLife = 1000;

    /// <summary>Weights are made anew when so many rows have come, or a larger share.</summary>
    private const int FreshMin = 20, FreshShare = 100;

    private readonly double _missed = missed;
    private readonly PriorityQueue<Row, double> _rows = new();
    private double[] _conformities = [], _weights = [];
    private double _refreshed = double.NegativeInfinity;
    private int _fresh;

    /// <summary>Rows that are kept.</summary>
    public int Count => _rows.Count;

    /// <summary>At which a p-value rules out; at most what was asked for.</summary>
    public double Level { get; private set; } = missed;

    private int Prior => Math.Min(priorRows, PriorMax);

    /// <summary>The chance that an outcome of this class has at most that conformity.</summary>
    public double PValue(double conformity)
    {
        var (low, high) = (0, _conformities.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_conformities[middle] <= conformity) { low = middle + 1; } else { high = middle; }
        }

        var below = low == 0 ? 0 : _weights[low - 1];
        return (below + Prior * Math.Min(1, conformity) + 1) / ((_weights.Length == 0 ? 0 : _weights[^1]) + Prior + 1);
    }

    /// <summary>Whether this class cannot be ruled out.</summary>
    public bool Holds(double conformity) => PValue(conformity) > Level;

    /// <summary>Takes in an outcome of this class, in order of becoming known. It is judged by what was known before, which outcomes of the same moment are not.</summary>
    /// <param name="happened">When it happened, in any unit.</param>
    /// <param name="known">When it became known.</param>
    /// <param name="conformity">That was given to this class.</param>
    public void Add(double happened, double known, double conformity)
    {
        if (known > _refreshed && _fresh >= Math.Max(FreshMin, _rows.Count / FreshShare)) { Refresh(known); }
        var row = new Row(happened, Math.Max(happened, known), conformity, PValue(conformity));
        if (_rows.Count < RowsMax) { _rows.Enqueue(row, happened); } else { _rows.EnqueueDequeue(row, happened); }
        _fresh++;
    }

    /// <summary>Makes the weights anew.</summary>
    /// <param name="now">Nothing is known later.</param>
    public void Refresh(double now)
    {
        (_refreshed, _fresh) = (now, 0);
        Row[] rows = [.. _rows.UnorderedItems.Select(item => item.Element).OrderByDescending(row => row.Happened).ThenByDescending(row => row.Known).ThenBy(row => row.Conformity)];
        var shares = OutcomeDelay.KnownShares(Array.ConvertAll(rows, row => row.Happened), Array.ConvertAll(rows, row => row.Known), Array.ConvertAll(rows, row => row.Conformity), now);
        var (weights, later) = (new double[rows.Length], 0.0);
        for (var i = 0; i < rows.Length; i++)
        {
            if (double.IsNaN(shares[i])) { continue; }
            weights[i] = Math.Pow(0.5, later / HalfLife) / shares[i];
            later += 1 / shares[i];
        }

        _conformities = Array.ConvertAll(rows, row => row.Conformity);
        Array.Sort(_conformities, weights);
        for (var i = 1; i < weights.Length; i++) { weights[i] += weights[i - 1]; }
        _weights = weights;

        var level = new AdaptiveLevel(_missed);
        for (var i = rows.Length - 1; i >= 0; i--)
        {
            if (!double.IsNaN(shares[i])) { level.Add(rows[i].PValue, 1 / shares[i]); }
        }

        // It makes sets larger and never smaller: errors that come in bursts, or of which few are known, must not be paid for by those after them.
        Level = Math.Min(_missed, level.Level);
    }

    private readonly record struct Row(double Happened, double Known, double Conformity, double PValue);
}
