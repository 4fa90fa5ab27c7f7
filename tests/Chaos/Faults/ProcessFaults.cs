namespace NexusActors.Chaos.Faults;

/// <summary>No harm: what the same load looks like on a healthy cluster.</summary>
internal sealed class Calm : Fault
{
    public override string Name => "calm";

    public override string What => "nothing";

    public override Bar Bar => new() { FailedShareMax = 0 };

    public override Task InjectAsync(FaultScene scene, CancellationToken cancellation) => FaultScene.WaitAsync(scene.Seconds(10, 20), cancellation);
}

/// <summary>kill -9 of one of three silos.</summary>
internal sealed class KillSilo : Fault
{
    public override string Name => "kill-silo";

    public override string What => "kill -9 of one of three silos, started again later";

    public override Bar Bar => new() { GapP99 = 4, GapMax = 6 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var silo = scene.DoomedSilo();
        await silo.KillAsync();
        scene.Note($"{silo.Name} killed");
        await FaultScene.WaitAsync(scene.Seconds(9, 20), cancellation);
        silo.Start();
        await silo.ReadyAsync(cancellation);
    }
}

/// <summary>kill -9 of one of two gateways.</summary>
internal sealed class KillGateway : Fault
{
    public override string Name => "kill-gateway";

    public override string What => "kill -9 of one of two gateways, started again later; callers go to the other";

    public override Bar Bar => new() { GapP99 = 4, GapMax = 6 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var gateway = scene.Rig.Gateways[scene.Chance.Next(scene.Rig.Gateways.Length)];
        await gateway.KillAsync();
        scene.Note($"{gateway.Name} killed");
        await FaultScene.WaitAsync(scene.Seconds(5, 15), cancellation);
        gateway.Start();
        await gateway.ReadyAsync(cancellation);
    }
}

/// <summary>A silo stands still for less than what makes it dead.</summary>
internal sealed class PauseSilo : Fault
{
    private const double Still = 2.5;

    public override string Name => "pause-silo";

    public override string What => "SIGSTOP of a silo for 2.5 s; it must not be evicted";

    public override Bar Bar => new() { GapMax = 6 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        for (var times = scene.Count(2, 5); times > 0; times--)
        {
            var silo = scene.AnySilo();
            silo.Pause();
            await FaultScene.WaitAsync(Still, cancellation);
            silo.Continue();
            scene.Note($"{silo.Name} stood still for {Still} s");
            await FaultScene.WaitAsync(scene.Seconds(6, 12), cancellation);
        }
    }
}

/// <summary>A silo falls silent without a reset, and comes back when it is dead for the others.</summary>
internal sealed class SilentSilo : Fault
{
    public override string Name => "silent-silo";

    public override string What => "SIGSTOP of a silo for 30 s; it is evicted, and ends itself when it goes on";

    public override Bar Bar => new() { GapMax = 8 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var silo = scene.DoomedSilo();
        scene.AllowEnd(silo);
        silo.Pause();
        scene.Note($"{silo.Name} stands still");
        await FaultScene.WaitAsync(scene.Seconds(20, 30), cancellation);
        silo.Continue();
        scene.Note($"{silo.Name} goes on");
        await FaultScene.WaitAsync(scene.Seconds(4, 10), cancellation);
        await silo.ReadyAsync(cancellation);
    }
}

/// <summary>SIGTERM to one silo after another, each started again before the next.</summary>
internal sealed class RollingRestart : Fault
{
    /// <summary>Seconds from when a gateway gets no new requests until it is stopped.</summary>
    private const double LedAway = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public override string Name => "rolling-restart";

    public override string What => "SIGTERM to one silo after another, then to one gateway after another (callers are led away from it first), each started again before the next";

    public override Bar Bar => new() { FailedShareMax = 0.001 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        foreach (var process in scene.Rig.Processes)
        {
            var gateway = scene.Rig.Gateways.IndexOf(process);
            if (gateway < 0) { scene.Doom(process); }
            else
            {
                scene.Rig.Pool.Withdraw(gateway);
                await FaultScene.WaitAsync(LedAway, cancellation);
            }
            var start = scene.Notebook.Time.Now;
            var code = await process.TerminateAsync(Patience);
            var ended = scene.Notebook.Time.Now;
            process.Start();
            await process.ReadyAsync(cancellation);
            if (gateway >= 0) { scene.Rig.Pool.Return(gateway); }
            scene.Note($"{process.Name} ended with {(code is { } number ? $"code {number}" : "SIGKILL after a minute")} after {ended - start:F1} s and was ready again after {scene.Notebook.Time.Now - ended:F1} s");
            await FaultScene.WaitAsync(scene.Seconds(2, 10), cancellation);
        }
    }
}
