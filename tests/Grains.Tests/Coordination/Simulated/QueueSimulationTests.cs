using System.Globalization;
using CsCheck;

namespace NexusActors.Coordination;

/// <summary>
/// Two queues, three agents, storage that is slow and fails, other activations that write behind their backs, restarts: any interleaving of it all.
/// Whatever happened, in the end every task ends, memory and ledger agree, and on the way the ledger saw no task start before its parents, before its time or above its limit.
/// </summary>
public sealed class QueueSimulationTests
{
    /// <summary>Lives per test; more for a longer search (<c>SIMULATION_LIVES</c>).</summary>
    private static readonly int Lives = int.Parse(Environment.GetEnvironmentVariable("SIMULATION_LIVES") ?? "1000", CultureInfo.InvariantCulture);

    private static Gen<Step> Steps(bool alone) =>
        from act in Gen.Frequency((6, Gen.Const(Act.Submit)), (6, Gen.Const(Act.Lease)), (6, Gen.Const(Act.Report)), (2, Gen.Const(Act.Renew)), (2, Gen.Const(Act.Cancel)), (2, Gen.Const(Act.Redrive)),
            (1, Gen.Const(Act.RedriveFailed)), (3, Gen.Const(Act.Status)), (1, Gen.Const(Act.Silence)), (1, Gen.Const(Act.Pause)), (1, Gen.Const(Act.Fault)), (4, Gen.Const(Act.Pass)), (1, Gen.Const(Act.Explain)),
            (1, Gen.Const(Act.Settle)), (alone ? 0 : 2, Gen.Const(Act.Elsewhere)), (alone ? 0 : 1, Gen.Const(Act.Restart)))
        from a in Gen.Int[0, 99]
        from b in Gen.Int[0, 99]
        from c in Gen.Int[0, 99]
        select new Step(act, a, b, c);

    [Fact]
    public void Queues_AloneOnTheirTasks_EndEveryTaskAndKeepEveryRule() =>
        Gen.Select(Gen.Int[0, 1_000_000], Steps(alone: true).Array[1, 60]).Sample((seed, steps) => new SimulatedWorld(seed, alone: true).Go(steps), iter: Lives);

    [Fact]
    public void Queues_OthersWriteBehindTheirBacks_HealAndEndEveryTask() =>
        Gen.Select(Gen.Int[0, 1_000_000], Steps(alone: false).Array[1, 60]).Sample((seed, steps) => new SimulatedWorld(seed, alone: false).Go(steps), iter: Lives);
}
