namespace NexusActors.Learning.Prediction;

/// <summary>An outcome that has become known, with what was predicted of it before.</summary>
/// <param name="Seq">Its position in the order of arrival.</param>
/// <param name="Success">What came.</param>
/// <param name="Happened">When it happened, in any unit.</param>
/// <param name="Known">When it became known.</param>
/// <param name="Conformity">Of both classes.</param>
internal readonly record struct JudgedOutcome(long Seq, bool Success, double Happened, double Known, Conformity Conformity);

/// <summary>
/// Which outcomes cannot be ruled out, with the coverage that was asked for in each class by itself, held as the world moves and although outcomes become known late and the easy ones first: see <see cref="ConformityWindow"/>. Everything follows
/// from the outcomes in their order. Not for several threads at once.
/// </summary>
/// <param name="coverage">Share of the truths of each class that its set is to hold, 0–1.</param>
/// <param name="failureRows">Conformities are p-values (<see cref="ScoreRanks"/>), from that many rows that failed; 0: they are not.</param>
/// <param name="successRows">From that many that succeeded.</param>
internal sealed class AdaptiveSets(double coverage, int failureRows = 0, int successRows = 0)
{
    private const int ObservedMax = 500;

    private readonly ConformityWindow _failures = new(1 - coverage, failureRows), _successes = new(1 - coverage, successRows);
    private readonly Queue<(bool Covered, int Size)> _ofFailures = new(), _ofSuccesses = new();

    /// <summary>Outcomes that sets are made from beside what a training knew.</summary>
    public int Outcomes => _failures.Count + _successes.Count;

    /// <summary>Whether failure and success are in the set.</summary>
    public (bool CanFail, bool CanSucceed) Of(Conformity conformity) => (_failures.Holds(conformity.Failure), _successes.Holds(conformity.Success));

    /// <summary>Takes in an outcome, in order of becoming known.</summary>
    public void Learn(JudgedOutcome outcome)
    {
        var (canFail, canSucceed) = Of(outcome.Conformity);
        var seen = outcome.Success ? _ofSuccesses : _ofFailures;
        if (seen.Count == ObservedMax) { seen.Dequeue(); }
        seen.Enqueue((outcome.Success ? canSucceed : canFail, (canFail ? 1 : 0) + (canSucceed ? 1 : 0)));
        if (outcome.Success) { _successes.Add(outcome.Happened, outcome.Known, outcome.Conformity.Success); } else { _failures.Add(outcome.Happened, outcome.Known, outcome.Conformity.Failure); }
    }

    /// <summary>Takes account of the time that has passed; <see cref="Learn"/> does so now and then.</summary>
    public void Refresh(double now)
    {
        _failures.Refresh(now);
        _successes.Refresh(now);
    }

    /// <summary>How the sets did on the newest outcomes, each judged before it was learned from; null: there were none.</summary>
    public ObservedCoverage? Observed => _ofFailures.Count + _ofSuccesses.Count == 0 ? null : new(
        _ofFailures.Count, Share(_ofFailures), _ofSuccesses.Count, Share(_ofSuccesses), _ofFailures.Concat(_ofSuccesses).Average(one => one.Size));

    private static double Share(Queue<(bool Covered, int Size)> seen) => seen.Count == 0 ? double.NaN : seen.Count(one => one.Covered) / (double)seen.Count;
}
