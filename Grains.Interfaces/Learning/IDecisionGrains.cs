using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>One decision, by its id: the only one that writes it.</summary>
[GrainInterfaceType("nexus.decision"), Alias("nexus.IDecisionGrain")]
public interface IDecisionGrain : IGrainWithStringKey
{
    /// <summary>
    /// Decides; the answer is on disk when the call returns. The same request again gets the first answer, another one under the same id is refused.
    /// Refused as impossible where every action breaks a constraint.
    /// </summary>
    [ResponseTimeout("00:00:30"), Alias("Decide")] Task<Decision> DecideAsync(DecisionRequest request, CancellationToken cancellation = default);

    /// <summary>Takes how it turned out, and stores an experience with it. The same outcome again changes nothing, another one is refused.</summary>
    [ResponseTimeout("00:00:10"), Alias("Report")] Task<Decision> ReportAsync(DecisionOutcome outcome, CancellationToken cancellation = default);

    /// <summary>Removes it, and what a policy has learned from it, because somebody has to be forgotten; false where there is none. Its experience is removed by <see cref="IErasureGrain"/>.</summary>
    [ResponseTimeout("00:00:10"), Alias("Erase")] Task<bool> EraseAsync(CancellationToken cancellation = default);
}

/// <summary>Reads over all decisions, straight from the ledger (stateless, any key).</summary>
[GrainInterfaceType("nexus.decisions"), Alias("nexus.IDecisionCatalogGrain")]
public interface IDecisionCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>Reads one; null where there is none.</summary>
    [ReadOnly, Alias("Get")] Task<Decision?> GetAsync(string id, CancellationToken cancellation = default);

    /// <summary>One page, newest first; at most <see cref="DecisionLimits.PageMax"/>.</summary>
    [ReadOnly, ResponseTimeout("00:00:10"), Alias("List")] Task<DecisionPage> ListAsync(DecisionFilter filter, CancellationToken cancellation = default);

    /// <summary>All policies by name, at most the newest 1,000.</summary>
    [ReadOnly, ResponseTimeout("00:00:10"), Alias("Policies")] Task<ImmutableArray<PolicySummary>> PoliciesAsync(CancellationToken cancellation = default);
}

/// <summary>How far stated confidence was right, and how to state it (one for all, key 0). It holds nothing that is not in the ledger.</summary>
[GrainInterfaceType("nexus.decision-confidence"), Alias("nexus.IDecisionConfidenceGrain")]
public interface IDecisionConfidenceGrain : IGrainWithIntegerKey
{
    /// <summary>How to calibrate decisions of a scenario.</summary>
    [ReadOnly, AlwaysInterleave, Alias("Calibration")] Task<ConfidenceCalibration> CalibrationAsync(ScenarioType scenario, CancellationToken cancellation = default);

    /// <summary>Compares stated confidence with outcomes, over all scenarios and for each that has outcomes.</summary>
    [ReadOnly, AlwaysInterleave, ResponseTimeout("00:00:10"), Alias("Report")] Task<ConfidenceOverview> ReportAsync(CancellationToken cancellation = default);

    /// <summary>Says that there is a new outcome in the ledger.</summary>
    [Alias("Notice")] Task NoticeAsync(CancellationToken cancellation = default);
}

/// <summary>Which decisions to read, newest first. All members that are given must match.</summary>
[GenerateSerializer, Immutable, Alias("nexus.DecisionFilter")]
public sealed record DecisionFilter
{
    /// <summary>Of this scenario.</summary>
    [Id(0)] public ScenarioType ScenarioType { get; init; }
    /// <summary>Whether the outcome is known.</summary>
    [Id(1)] public bool? OutcomeKnown { get; init; }
    /// <summary>Only before this <see cref="Decision.Seq"/>; 0: from the newest.</summary>
    [Id(2)] public long BeforeSeq { get; init; }
    /// <summary>How many at most.</summary>
    [Id(3)] public int Limit { get; init; } = 100;
}

/// <summary>One page of decisions.</summary>
/// <param name="Decisions">Newest first. There may be fewer than asked for, and more on the next page.</param>
/// <param name="NextBeforeSeq">Where the next page starts; 0: this was the last.</param>
[GenerateSerializer, Immutable, Alias("nexus.DecisionPage")]
public sealed record DecisionPage([property: Id(0)] ImmutableArray<DecisionSummary> Decisions, [property: Id(1)] long NextBeforeSeq);

/// <summary>What a list tells of a decision.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Seq">Position among all decisions.</param>
/// <param name="ScenarioType">What it is about.</param>
/// <param name="Description">In words.</param>
/// <param name="ActionName">Name of the chosen action.</param>
/// <param name="ActionJson">The chosen action, JSON text of an object.</param>
/// <param name="Confidence">As stated, 0–1.</param>
/// <param name="Policy">The policy that was asked; null: none.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="Success">Whether it turned out well; null: not known yet.</param>
/// <param name="ReportedAt">When that was told.</param>
[GenerateSerializer, Immutable, Alias("nexus.DecisionSummary")]
public sealed record DecisionSummary(
    [property: Id(0)] string Id, [property: Id(1)] long Seq, [property: Id(2)] ScenarioType ScenarioType, [property: Id(3)] string Description, [property: Id(4)] string ActionName, [property: Id(5)] string ActionJson,
    [property: Id(6)] double Confidence, [property: Id(7)] string? Policy, [property: Id(8)] DateTimeOffset DecidedAt, [property: Id(9)] bool? Success, [property: Id(10)] DateTimeOffset? ReportedAt);

/// <summary>A rising map from raw confidence to the rate at which such decisions turned out well.</summary>
/// <param name="Raw">Mean raw confidence of each bin, rising; empty: nothing is known, and confidence stays as it is.</param>
/// <param name="Calibrated">Rate of good outcomes of each bin, never falling.</param>
/// <param name="Outcomes">Outcomes that it was made from.</param>
/// <param name="BaseRate">Share of them that turned out well; null: there are none.</param>
[GenerateSerializer, Immutable, Alias("nexus.ConfidenceCalibration")]
public sealed record ConfidenceCalibration([property: Id(0)] ImmutableArray<double> Raw, [property: Id(1)] ImmutableArray<double> Calibrated, [property: Id(2)] int Outcomes, [property: Id(3)] double? BaseRate);

/// <summary>How far stated confidence was right: each decision counts with what was stated when it was made, before its outcome was known.</summary>
/// <param name="All">Over all scenarios.</param>
/// <param name="Scenarios">Those with outcomes.</param>
[GenerateSerializer, Immutable, Alias("nexus.ConfidenceOverview")]
public sealed record ConfidenceOverview([property: Id(0)] ScenarioConfidence All, [property: Id(1)] ImmutableArray<ScenarioConfidence> Scenarios);

/// <summary>Confidence against outcomes of one scenario, or of all.</summary>
/// <param name="ScenarioType">Which; none: all.</param>
/// <param name="Outcomes">Decisions whose outcome is known; at most the newest 20,000.</param>
/// <param name="BaseRate">Share of them that turned out well.</param>
/// <param name="Stated">As stated, calibrated by what was known then.</param>
/// <param name="Raw">Before calibration.</param>
[GenerateSerializer, Immutable, Alias("nexus.ScenarioConfidence")]
public sealed record ScenarioConfidence(
    [property: Id(0)] ScenarioType ScenarioType, [property: Id(1)] int Outcomes, [property: Id(2)] double BaseRate, [property: Id(3)] Reliability Stated, [property: Id(4)] Reliability Raw);

/// <summary>A reliability table.</summary>
/// <param name="CalibrationError">Expected calibration error: mean over decisions of |rate − confidence| of their bin, 0–1.</param>
/// <param name="Brier">Mean squared difference of confidence and outcome, 0–1.</param>
/// <param name="Bins">Those of 15 bins of equal width that hold any decision.</param>
[GenerateSerializer, Immutable, Alias("nexus.Reliability")]
public sealed record Reliability([property: Id(0)] double CalibrationError, [property: Id(1)] double Brier, [property: Id(2)] ImmutableArray<StatedConfidenceBin> Bins);

/// <summary>Decisions of like confidence.</summary>
/// <param name="From">Lower end of the bin.</param>
/// <param name="To">Upper end.</param>
/// <param name="Decisions">How many.</param>
/// <param name="Confidence">Their mean confidence.</param>
/// <param name="Rate">Share of them that turned out well.</param>
/// <param name="RateLow">Lower end of its 95 % interval.</param>
/// <param name="RateHigh">Upper end.</param>
[GenerateSerializer, Immutable, Alias("nexus.StatedConfidenceBin")]
public sealed record StatedConfidenceBin(
    [property: Id(0)] double From, [property: Id(1)] double To, [property: Id(2)] int Decisions, [property: Id(3)] double Confidence, [property: Id(4)] double Rate, [property: Id(5)] double RateLow, [property: Id(6)] double RateHigh);
