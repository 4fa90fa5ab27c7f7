namespace NexusActors.Chaos.Faults;

/// <summary>kill -9 of everything at once.</summary>
internal sealed class TotalCrash : Fault
{
    private const double Away = 3;

    public override string Name => "total-crash";

    public override string What => "kill -9 of PostgreSQL, Redis, all silos and all gateways at once; all are started again at once";

    public override Bar Bar => new() { BackMax = 30 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var rig = scene.Rig;
        foreach (var silo in rig.Silos) { scene.Doom(silo); }
        // What is started before the database may end, and is started again.
        foreach (var process in rig.Processes) { scene.AllowEnd(process); }
        await Task.WhenAll([rig.Postgres.KillAsync(), rig.Redis.KillAsync(), .. rig.Processes.Select(process => process.KillAsync())]);
        scene.Note("all are gone");
        await FaultScene.WaitAsync(Away, cancellation);
        scene.Healed();
        foreach (var process in rig.Processes) { process.Start(); }
        await Task.WhenAll(rig.Postgres.StartAgainAsync(cancellation), rig.Redis.StartAgainAsync(cancellation));
        await rig.ReadyAsync(cancellation);
        scene.Note($"all were ready {scene.Notebook.Time.Now - scene.HealedAt:F1} s after the start");
        await FaultScene.WaitAsync(scene.Seconds(3, 10), cancellation);
    }
}
