using NexusActors.Chaos.Faults;
using NexusActors.Chaos.Load;
using NexusActors.Chaos.Results;
using NexusActors.Chaos.Rig;
using Npgsql;

namespace NexusActors.Chaos;

/// <summary>One run: a cluster, a load, one fault after another with calm in between, and the verdict.</summary>
internal sealed class ChaosRun(ChaosSettings settings, string folder)
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(4), SettlePeriod = TimeSpan.FromMilliseconds(100), SettleMax = TimeSpan.FromSeconds(45), FinishMax = TimeSpan.FromSeconds(180);
    private readonly Notebook _notebook = new(new());
    private readonly Random _chance = new(settings.Seed);
    private readonly List<Phase> _phases = [];

    public async Task<ChaosReport> RunAsync(CancellationToken cancellation)
    {
        var began = DateTimeOffset.UtcNow;
        await using var rig = await ClusterRig.StartAsync(folder, LeaseTime, _notebook.Time, cancellation);
        Timeline.Progress($"the cluster is ready; logs in {folder}");
        using var workforce = new Workforce(settings, rig.Pool, _notebook, folder, LeaseTime);
        await workforce.StartAsync(cancellation);
        await FaultScene.WaitAsync(settings.Short ? 3 : 6, cancellation);
        foreach (var fault in Sequence(workforce))
        {
            await PhaseAsync(fault, rig, workforce, cancellation);
        }
        Timeline.Progress($"the faults are over; {workforce.Book.Count} tasks are acknowledged");
        var left = await workforce.FinishAsync(FinishMax);
        var verdict = await Verdict.ReachAsync(rig, workforce, _notebook, left, LeaseTime);
        var keys = _notebook.Keys.ToArray();
        return new()
        {
            Seed = settings.Seed,
            At = began,
            Seconds = _notebook.Time.Now,
            Short = settings.Short,
            Queues = settings.Queues,
            Agents = settings.Agents,
            LeaseSeconds = LeaseTime.TotalSeconds,
            Phases = [.. _phases.Select(phase => PhaseResult.Of(phase, keys))],
            Verdict = verdict,
            Oddities = _notebook.Oddities,
        };
    }

    private IEnumerable<Fault> Sequence(Workforce workforce)
    {
        if (settings.Minutes is { } minutes) { return Shuffled().TakeWhile(_ => _notebook.Time.Now < minutes * 60); }
        return settings.Operations is { } operations ? settings.Faults.Concat(Shuffled().TakeWhile(_ => workforce.Acknowledged < operations)) : settings.Faults;

        IEnumerable<Fault> Shuffled()
        {
            while (true)
            {
                var faults = settings.Faults.ToArray();
                _chance.Shuffle(faults);
                foreach (var fault in faults) { yield return fault; }
            }
        }
    }

    private async Task PhaseAsync(Fault fault, ClusterRig rig, Workforce workforce, CancellationToken cancellation)
    {
        var membership = new Membership(rig.Database.ConnectionString);
        var scene = new FaultScene(rig, workforce, _notebook, _chance, settings.Short);
        await fault.PrepareAsync(scene, cancellation);
        await FaultScene.WaitAsync(settings.Short ? 2 : 5, cancellation);
        var dead = await membership.DeadAsync(cancellation);
        var start = scene.StartedAt = _notebook.Time.Now;
        Timeline.Progress($"{fault.Name}: {fault.What}");
        try
        {
            await fault.InjectAsync(scene, cancellation);
            await rig.ReadyAsync(cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // The run goes on, so that it still tells what became of the work.
            _notebook.Violated(Invariants.PhaseEnds, fault.Name, failure.ToString());
            scene.Misses($"did not come to its end: {failure.Message.Split('\n')[0]}");
        }
        await SettleAsync(cancellation);
        var end = _notebook.Time.Now;
        var died = (await DeadAsync(membership, cancellation)).Except(dead).Select(life => rig.SiloOn(life.Port)).ToArray();
        var phase = new Phase(fault, scene, start, end, died, [.. rig.Unplanned.Where(ended => ended.At >= start && ended.At < end)]);
        _phases.Add(phase);
        var result = PhaseResult.Of(phase, [.. _notebook.Keys]);
        Timeline.Progress($"  queue gap {result.Queues.P99:F1} / {result.Queues.Max:F1} s, back {result.BackSeconds:F1}, failed {result.FailedRequests} of {result.Requests}; {(result.Missed.Count == 0 ? "bar met" : string.Join("; ", result.Missed))}");
    }

    // Every key has had success after the harm.
    private async Task SettleAsync(CancellationToken cancellation)
    {
        var from = _notebook.Time.Now;
        while (_notebook.Keys.Any(key => key.LastSuccess < from))
        {
            if (_notebook.Time.Now - from > SettleMax.TotalSeconds)
            {
                _notebook.Odd($"without success for {SettleMax.TotalSeconds:F0} s after the harm: {string.Join(", ", _notebook.Keys.Where(key => key.LastSuccess < from).Select(key => key.Key))}");
                return;
            }
            await Task.Delay(SettlePeriod, cancellation);
        }
    }

    private static async Task<HashSet<SiloLife>> DeadAsync(Membership membership, CancellationToken cancellation)
    {
        try
        {
            return await membership.DeadAsync(cancellation);
        }
        catch (NpgsqlException)
        {
            // A connection of the pool that did not survive the server.
            return await membership.DeadAsync(cancellation);
        }
    }
}
