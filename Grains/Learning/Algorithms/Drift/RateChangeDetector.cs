namespace NexusActors.Learning.Drift;

/// <summary>That a rate has changed.</summary>
/// <param name="Since">The most likely first observation of the new rate, counted from 0 at the start of the detector or at the last change that it told.</param>
/// <param name="Seen">Observations until it was told; the delay is at most their difference.</param>
/// <param name="Before">Rate until then, 0–1.</param>
/// <param name="After">Rate since then, 0–1.</param>
/// <param name="Evidence">Logarithm of how much likelier what was seen is with the change than without, each at its best; natural.</param>
internal sealed record RateChange(long Since, long Seen, double Before, double After, double Evidence);

/// <summary>
/// Tells when the rate of something that happens or does not, such as a wrong prediction, has changed: neither rate has to be known. Generalised likelihood ratio over every moment of change, exactly: the
/// moments that can be the best lie on the convex hull of the path of counts, some ten of thousands (Ward, Dilillo, Eckley and Fearnhead, "A constant-per-iteration likelihood ratio test for online changepoint
/// detection for exponential family models", Statistics and Computing 34, 2024). A change is told when the evidence of one with at least <see cref="Fewest"/> observations on each side
/// exceeds what chance brings forth; then it begins anew. Not thread-safe.
/// </summary>
internal sealed class RateChangeDetector
{
    /// <summary>Observations that a change must have behind it: short runs of luck are the most frequent false alarms, and nobody retrains for a handful.</summary>
    public const int Fewest = 30;

    // Measured: with it, rates from 0.01 to 0.5 raise no more alarms than asked for (docs/learning/drift.md).
    private const double Allowance = 4.6;

    private readonly double _spacing;
    private readonly PathHull _rises = new(), _falls = new();
    private long _seen, _happened;

    /// <summary>One that gives a false alarm once in so many observations, on average, or less often.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1,000.</exception>
    public RateChangeDetector(long observationsPerFalseAlarm = 100_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(observationsPerFalseAlarm, 1000);
        _spacing = Math.Log(observationsPerFalseAlarm);
    }

    /// <summary>Takes one observation; answers with a change where this one shows it.</summary>
    public RateChange? Add(bool happened)
    {
        _rises.Add(_seen, _happened);
        _falls.Add(_seen, -_happened);
        _seen++;
        if (happened) { _happened++; }
        if (_seen < 2 * Fewest) { return null; }
        var (best, surplus) = Best(_falls, -1, (null, 0));
        best = Best(_rises, 1, (best, surplus)).Change;
        if (best is null) { return null; }
        _rises.Clear();
        _falls.Clear();
        (_seen, _happened) = (0, 0);
        return best;
    }

    // The evidence needed falls with the length of the shorter side: of long stretches there are fewer that could mislead (Arias-Castro, Donoho and Huo, "Near-optimal detection of geometric objects by fast multiscale
    // methods", IEEE Transactions on Information Theory 51, 2005).
    private (RateChange? Change, double Surplus) Best(PathHull hull, int sign, (RateChange? Change, double Surplus) best)
    {
        var whole = LogLikelihood(_happened, _seen);
        foreach (var (at, height) in hull.Corners)
        {
            var shorter = Math.Min(at, _seen - at);
            if (shorter < Fewest) { continue; }
            var before = sign * height;
            var evidence = LogLikelihood(before, at) + LogLikelihood(_happened - before, _seen - at) - whole;
            var surplus = evidence - (_spacing - Math.Log(shorter) + Allowance);
            if (surplus > best.Surplus) { best = (new(at, _seen, (double)before / at, (double)(_happened - before) / (_seen - at), evidence), surplus); }
        }
        return best;
    }

    /// <summary>Of so many that happened of so many, at the rate that suits them best.</summary>
    internal static double LogLikelihood(long happened, long of) => Term(happened, of) + Term(of - happened, of);

    private static double Term(long count, long of) => count == 0 ? 0 : count * Math.Log((double)count / of);
}

/// <summary>The lower convex hull of points that come from left to right.</summary>
internal sealed class PathHull
{
    private readonly List<(long X, long Y)> _corners = [];

    /// <summary>From left to right.</summary>
    public IReadOnlyList<(long X, long Y)> Corners => _corners;

    /// <summary>One more point, to the right of all others.</summary>
    public void Add(long x, long y)
    {
        while (_corners.Count > 1 && Turn(_corners[^2], _corners[^1], (x, y)) <= 0) { _corners.RemoveAt(_corners.Count - 1); }
        _corners.Add((x, y));
    }

    /// <summary>Forgets all points.</summary>
    public void Clear() => _corners.Clear();

    // Above zero: to the left.
    private static Int128 Turn((long X, long Y) from, (long X, long Y) by, (long X, long Y) to) =>
        (Int128)(by.X - from.X) * (to.Y - from.Y) - (Int128)(by.Y - from.Y) * (to.X - from.X);
}
