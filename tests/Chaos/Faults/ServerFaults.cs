namespace NexusActors.Chaos.Faults;

/// <summary>kill -9 of PostgreSQL with all its processes.</summary>
internal sealed class KillPostgres : Fault
{
    public override string Name => "kill-postgres";

    public override string What => "kill -9 of PostgreSQL, started again a few seconds later";

    public override Bar Bar => new() { BackMax = 2 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        await scene.Rig.Postgres.KillAsync();
        var killed = scene.Notebook.Time.Now;
        await FaultScene.WaitAsync(scene.Seconds(3, 6), cancellation);
        await scene.Rig.Postgres.StartAgainAsync(cancellation);
        scene.Healed();
        scene.Note($"PostgreSQL was away for {scene.Notebook.Time.Now - killed:F1} s");
        await FaultScene.WaitAsync(scene.Seconds(6, 15), cancellation);
    }
}

/// <summary>FLUSHALL every ten seconds.</summary>
internal sealed class FlushRedis : Fault
{
    public override string Name => "flush-redis";

    public override string What => "FLUSHALL of Redis every ten seconds (five in short runs)";

    public override Bar Bar => new() { GapMax = 6 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var times = scene.Count(2, 6);
        for (var i = 0; i < times; i++)
        {
            await scene.Rig.Redis.FlushAllAsync();
            await FaultScene.WaitAsync(scene.Seconds(5, 10), cancellation);
        }
        scene.Note($"{times} times");
    }
}

/// <summary>Redis is away.</summary>
internal sealed class StopRedis : Fault
{
    public override string Name => "stop-redis";

    public override string What => "Redis killed and away for five minutes (15 s in short runs)";

    public override Bar Bar => new() { GapMax = 6 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        await scene.Rig.Redis.KillAsync();
        var killed = scene.Notebook.Time.Now;
        await FaultScene.WaitAsync(scene.Seconds(15, 300), cancellation);
        await scene.Rig.Redis.StartAgainAsync(cancellation);
        scene.Healed();
        scene.Note($"Redis was away for {scene.Notebook.Time.Now - killed:F1} s");
        await FaultScene.WaitAsync(scene.Seconds(3, 10), cancellation);
    }
}
