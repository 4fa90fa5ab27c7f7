namespace NexusActors.Learning.Fit;

/// <summary>What a group has done, older examples counted less: each half-life halves their weight.</summary>
internal struct FitTally
{
    private DateTimeOffset _at;

    /// <summary>Weight of the examples, of the successes among them, and of those with a duration.</summary>
    public double Trials, Successes, Durations;

    /// <summary>Weighted sums of the natural logarithms of the seconds, and of their squares.</summary>
    public double LogSum, LogSquares;

    /// <summary>Weight of the failures.</summary>
    public readonly double Failures => Math.Max(0, Trials - Successes);

    /// <summary>Mean of the logarithms of the seconds; only where there are durations.</summary>
    public readonly double LogMean => LogSum / Durations;

    /// <summary>Takes one example, in any order of time.</summary>
    public void Add(in FitExample example, TimeSpan halfLife)
    {
        if (Trials == 0 || example.At > _at) { this = At(example.At, halfLife); }
        var weight = Math.Pow(2, -((_at - example.At) / halfLife));
        Trials += weight;
        if (example.Success) { Successes += weight; }
        if (example.Seconds is not { } seconds) { return; }
        var log = Math.Log(seconds);
        Durations += weight;
        LogSum += weight * log;
        LogSquares += weight * log * log;
    }

    /// <summary>As it counts at a moment, which is not before its newest example.</summary>
    public readonly FitTally At(DateTimeOffset moment, TimeSpan halfLife)
    {
        var weight = Trials == 0 ? 0 : Math.Pow(2, -((moment - _at) / halfLife));
        return new() { _at = moment, Trials = Trials * weight, Successes = Successes * weight, Durations = Durations * weight, LogSum = LogSum * weight, LogSquares = LogSquares * weight };
    }

    /// <summary>Without a group that is part of it, both as of the same moment. What rounding leaves of nothing is nothing.</summary>
    public readonly FitTally Without(in FitTally part)
    {
        var (trials, durations) = (Rest(Trials, part.Trials), Rest(Durations, part.Durations));
        return new()
        {
            _at = _at,
            Trials = trials,
            Successes = Math.Min(trials, Rest(Successes, part.Successes)),
            Durations = durations,
            LogSum = durations == 0 ? 0 : LogSum - part.LogSum,
            LogSquares = durations == 0 ? 0 : LogSquares - part.LogSquares,
        };
    }

    private static double Rest(double whole, double part) => whole - part is var rest && rest > 1e-9 * whole ? rest : 0;
}
