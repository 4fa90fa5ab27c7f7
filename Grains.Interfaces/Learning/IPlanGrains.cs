using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>
/// One strategic plan, by its id: the only writer of its versions. What it is asked to plan is stored before it plans; a request that a crash interrupts is planned anew when the plan is next read.
/// </summary>
[GrainInterfaceType("nexus.plan"), Alias("nexus.IPlanGrain")]
public interface IPlanGrain : IGrainWithStringKey
{
    /// <summary>
    /// Stores the request and begins to plan; the answer does not wait for the plan. The same request again answers with what has become of it; another one under the same id:
    /// <see cref="Errors.NexusError.AlreadyExists"/>.
    /// </summary>
    [ResponseTimeout("00:00:30"), Alias("Make")] Task<PlanReply> MakeAsync(PlanSpec spec, CancellationToken cancellation = default);

    /// <summary>
    /// Stores a change and begins to plan the next version. <see cref="Errors.NexusError.NotFound"/>: there is no such plan; <see cref="Errors.NexusError.WrongState"/>: it is being planned, or the version named is not
    /// the newest; <see cref="Errors.NexusError.LimitReached"/>: it has as many versions as a plan can have.
    /// </summary>
    [ResponseTimeout("00:00:30"), Alias("Revise")] Task<PlanReply> ReviseAsync(PlanChange change, CancellationToken cancellation = default);

    /// <summary>Reads it; null where there is no such plan, or no such version. Takes up planning that was interrupted.</summary>
    /// <param name="version">Which; 0: the newest.</param>
    /// <param name="wait">Where it is being planned: how long to wait for the plan at most, up to 20 s.</param>
    /// <param name="cancellation">Ends the wait.</param>
    [ResponseTimeout("00:00:30"), AlwaysInterleave, Alias("Get")] Task<PlanView?> GetAsync(int version, TimeSpan wait, CancellationToken cancellation = default);

    /// <summary>Compares the success criteria of a version with what is measured; null where there is no such plan or version.</summary>
    /// <param name="version">Which; 0: the newest.</param>
    /// <param name="cancellation">Gives up.</param>
    [AlwaysInterleave, Alias("Criteria")] Task<PlanCriteria?> CriteriaAsync(int version, CancellationToken cancellation = default);

    /// <summary>Writes a version in a format; null where there is no such plan or version.</summary>
    /// <param name="version">Which; 0: the newest.</param>
    /// <param name="format">Which format.</param>
    /// <param name="cancellation">Gives up.</param>
    [AlwaysInterleave, Alias("Export")] Task<PlanExport?> ExportAsync(int version, PlanFormat format, CancellationToken cancellation = default);
}

/// <summary>Reads over all plans, straight from the ledger (stateless, any key).</summary>
[GrainInterfaceType("nexus.plans"), Alias("nexus.IPlanCatalogGrain")]
public interface IPlanCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>One page, newest first; at most <see cref="PlanLimits.PageMax"/>.</summary>
    [ReadOnly, Alias("List")] Task<PlanPage> ListAsync(long beforeSeq, int limit, CancellationToken cancellation = default);
}

/// <summary>Whether there is a plan. On the wire in lower case. Appended, never renumbered.</summary>
public enum PlanStatus
{
    /// <summary>Not stated; never sent.</summary>
    None = 0,
    /// <summary>A version is being planned.</summary>
    Planning = 1,
    /// <summary>The newest version is there.</summary>
    Ready = 2,
}

/// <summary>Formats of a plan. Appended, never renumbered.</summary>
public enum PlanFormat
{
    /// <summary>Not stated.</summary>
    None = 0,
    /// <summary>Comma-separated values (RFC 4180), a line for each goal.</summary>
    Csv = 1,
    /// <summary>Calendar (RFC 5545).</summary>
    Ics = 2,
    /// <summary>Mermaid gantt chart.</summary>
    Mermaid = 3,
}

/// <summary>Answer to a plan that was asked for.</summary>
/// <param name="View">As it stands; null where there are faults.</param>
/// <param name="Faults">Every fault of the request; empty: it is being planned.</param>
[GenerateSerializer, Immutable, Alias("nexus.PlanReply")]
public sealed record PlanReply([property: Id(0)] PlanView? View, [property: Id(1)] ImmutableArray<PlanFault> Faults);

/// <summary>How far the planning is.</summary>
/// <param name="Stage">What goes on: <c>queued</c>, <c>bounds</c>, <c>genetic</c>, <c>exact</c>, <c>done</c> (the search; risk and relaxations follow).</param>
/// <param name="BestDays">Working days of the shortest schedule so far; null: none yet.</param>
/// <param name="LowerBoundDays">No schedule is shorter; null: not known yet.</param>
/// <param name="ElapsedSeconds">Time searched.</param>
/// <param name="Schedules">Schedules made by the genetic search.</param>
[GenerateSerializer, Immutable, Alias("nexus.PlanProgress")]
public sealed record PlanProgress(
    [property: Id(0)] string Stage, [property: Id(1)] double? BestDays, [property: Id(2)] double? LowerBoundDays, [property: Id(3)] double ElapsedSeconds, [property: Id(4)] long Schedules);

/// <summary>A plan as it is read.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PlanView")]
public sealed record PlanView
{
    /// <summary>Its id.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>Whether the next version is being planned.</summary>
    [Id(1)] public required PlanStatus Status { get; init; }
    /// <summary>The version that is shown; 0: there is none yet.</summary>
    [Id(2)] public required int Version { get; init; }
    /// <summary>The newest version; 0: there is none yet.</summary>
    [Id(3)] public required int NewestVersion { get; init; }
    /// <summary>What was asked for: of the version that is shown, else of the one that is being planned.</summary>
    [Id(4)] public required PlanSpec Spec { get; init; }
    /// <summary>The day from which this version is planned; null: from its start.</summary>
    [Id(5)] public DateOnly? From { get; init; }
    /// <summary>The version that is shown; null: there is none yet.</summary>
    [Id(6)] public StrategicPlan? Plan { get; init; }
    /// <summary>How far the next version is; null: none is being planned.</summary>
    [Id(7)] public PlanProgress? Progress { get; init; }
    /// <summary>When the plan was asked for.</summary>
    [Id(8)] public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When the version that is shown was made; null: there is none yet.</summary>
    [Id(9)] public DateTimeOffset? MadeAt { get; init; }
}

/// <summary>A plan in a list.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PlanSummary")]
public sealed record PlanSummary
{
    /// <summary>Its id.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>Whether a version is being planned.</summary>
    [Id(1)] public required PlanStatus Status { get; init; }
    /// <summary>The newest version; 0: there is none yet.</summary>
    [Id(2)] public required int Version { get; init; }
    /// <summary>Goals of it.</summary>
    [Id(3)] public required int Goals { get; init; }
    /// <summary>First day of work.</summary>
    [Id(4)] public DateOnly? Start { get; init; }
    /// <summary>Last day of work.</summary>
    [Id(5)] public DateOnly? Finish { get; init; }
    /// <summary>Expected cost.</summary>
    [Id(6)] public double? Cost { get; init; }
    /// <summary>Constraints that it breaks.</summary>
    [Id(7)] public ImmutableArray<string> Breaches { get; init; } = [];
    /// <summary>When the plan was asked for.</summary>
    [Id(8)] public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it changed last.</summary>
    [Id(9)] public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>One page of plans.</summary>
/// <param name="Plans">Newest first.</param>
/// <param name="NextBeforeSeq">Where the next page starts; 0: this was the last.</param>
[GenerateSerializer, Immutable, Alias("nexus.PlanPage")]
public sealed record PlanPage([property: Id(0)] ImmutableArray<PlanSummary> Plans, [property: Id(1)] long NextBeforeSeq);

/// <summary>A plan in a format.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Version">Of this version.</param>
[GenerateSerializer, Immutable, Alias("nexus.PlanExport")]
public sealed record PlanExport([property: Id(0)] string Text, [property: Id(1)] int Version);

/// <summary>What has become of the success criteria of a plan.</summary>
/// <param name="Version">Of this version.</param>
/// <param name="Criteria">By goal, in the order of the request.</param>
[GenerateSerializer, Immutable, Alias("nexus.PlanCriteria")]
public sealed record PlanCriteria([property: Id(0)] int Version, [property: Id(1)] ImmutableArray<CriterionView> Criteria);

/// <summary>A success criterion beside what is measured.</summary>
[GenerateSerializer, Immutable, Alias("nexus.CriterionView")]
public sealed record CriterionView
{
    /// <summary>The goal that it belongs to.</summary>
    [Id(0)] public required string GoalId { get; init; }
    /// <summary>As it was written.</summary>
    [Id(1)] public required string Text { get; init; }
    /// <summary>How it was understood, such as <c>cpu_usage &lt; 80 %</c>; null: it has no comparison with a number, and is a matter for people.</summary>
    [Id(2)] public string? Parsed { get; init; }
    /// <summary>The metric that it names.</summary>
    [Id(3)] public string? Metric { get; init; }
    /// <summary>What it is compared with, in <see cref="Unit"/>.</summary>
    [Id(4)] public double? Target { get; init; }
    /// <summary>Unit of target and values: <c>s</c>, <c>By</c>, <c>1/s</c>, <c>By/s</c>, <c>1</c> for a share or a plain number.</summary>
    [Id(5)] public string? Unit { get; init; }
    /// <summary>The newest value; null: nothing is measured that can be compared.</summary>
    [Id(6)] public double? Latest { get; init; }
    /// <summary>Mean over the last five minutes.</summary>
    [Id(7)] public double? Average { get; init; }
    /// <summary>Samples of the last five minutes.</summary>
    [Id(8)] public int Samples { get; init; }
    /// <summary>Whether the newest value meets it; null: it cannot be told.</summary>
    [Id(9)] public bool? Holds { get; init; }
    /// <summary>Whether the mean meets it; null: it cannot be told.</summary>
    [Id(10)] public bool? HoldsOnAverage { get; init; }
    /// <summary>Why it cannot be told; null where it can.</summary>
    [Id(11)] public string? Reason { get; init; }
}
