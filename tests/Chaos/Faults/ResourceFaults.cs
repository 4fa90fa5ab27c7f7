using NexusActors.Chaos.Rig;

namespace NexusActors.Chaos.Faults;

/// <summary>A silo that gets little CPU.</summary>
internal sealed class LittleCpu : Fault
{
    private const double Share = 0.15;

    public override string Name => "little-cpu";

    public override string What => "one silo gets 15 % of one core (control group); it must not be evicted";

    public override FaultNeeds Needs => FaultNeeds.Isolation | FaultNeeds.ControlGroups;

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var silo = scene.AnySilo();
        using (var group = ControlGroup.OfCpu(Share))
        {
            group.Take(silo.Id);
            await FaultScene.WaitAsync(scene.Seconds(15, 45), cancellation);
            scene.Note($"{silo.Name} had to wait for CPU in {group.Throttled}");
        }
        scene.Healed();
    }
}

/// <summary>A silo that may use little memory.</summary>
internal sealed class LittleMemory : Fault
{
    private const long Limit = 160L << 20;

    public override string Name => "little-memory";

    public override string What => "one silo is started again with a limit of 160 MB of memory (control group)";

    public override Bar Bar => new() { GapMax = 6 };

    public override FaultNeeds Needs => FaultNeeds.Isolation | FaultNeeds.ControlGroups;

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var silo = scene.DoomedSilo();
        using var group = ControlGroup.OfMemory(Limit);
        var before = silo.Resident;
        await silo.RestartAsync(Circumstances.Usual with { Enter = [.. group.Enter] }, cancellation);
        await FaultScene.WaitAsync(scene.Seconds(15, 60), cancellation);
        scene.Note($"{silo.Name} held {before >> 20} MB before; under the limit {silo.Resident >> 20} MB at the end, of which at most {group.MemoryMax >> 20} MB are its own or read by it first; the limit was reached {group.MemoryLimitReached} times");
        await silo.RestartAsync(Circumstances.Usual, cancellation);
    }
}

/// <summary>The disk of PostgreSQL is full.</summary>
internal sealed class FullDisk : Fault
{
    private const double RefillSeconds = 0.25;

    public override string Name => "full-disk";

    public override string What => "the disk of PostgreSQL is full, and has room again later; a server that gave up is started again then";

    public override Bar Bar => new() { BackMax = 2 };

    public override FaultNeeds Needs => FaultNeeds.Isolation;

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        // Shorter than callers may be kept waiting: nobody can write meanwhile.
        var disk = scene.Rig.Disk!;
        var taken = 0L;
        for (var until = scene.Notebook.Time.Now + scene.Seconds(10, 25); scene.Notebook.Time.Now < until; await FaultScene.WaitAsync(RefillSeconds, cancellation)) { taken = await disk.FillAsync(); }
        disk.Free();
        var gaveUp = !scene.Rig.Postgres.IsRunning;
        if (gaveUp) { await scene.Rig.Postgres.StartAgainAsync(cancellation); }
        else { await scene.Rig.Postgres.ReadyAsync(cancellation); }
        scene.Healed();
        scene.Note($"{taken >> 20} MB were taken; PostgreSQL {(gaveUp ? "gave up and was started again" : "stayed")}");
        await FaultScene.WaitAsync(scene.Seconds(5, 10), cancellation);
    }
}

/// <summary>A silo whose clock is wrong.</summary>
internal sealed class WrongClock : Fault
{
    private const string Library = "faketime/libfaketime.so.1";
    private const int TimeLength = 24;
    private static readonly string[] Clocks = ["+1h", "-1h", "+0"];

    public override string Name => "wrong-clock";

    public override string What => "the clock of one silo jumps an hour ahead, then an hour behind, then is right again (libfaketime); it must not be evicted";

    public override FaultNeeds Needs => FaultNeeds.Isolation;

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var silo = scene.AnySilo();
        var setting = Path.ChangeExtension(silo.LogFile, "clock");
        // Intervals and waits go by a clock that nobody sets; a jump is seen within a second.
        var faked = Circumstances.Usual with
        {
            Environment = Circumstances.Usual.Environment.AddRange(new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = Directory.GetDirectories("/usr/lib").Select(folder => Path.Combine(folder, Library)).First(File.Exists),
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
                ["FAKETIME_TIMESTAMP_FILE"] = setting,
                ["FAKETIME_CACHE_DURATION"] = "1",
            }),
        };
        await SetAsync("+0");
        await RestartAsync(faked);
        foreach (var clock in Clocks)
        {
            await SetAsync(clock);
            await FaultScene.WaitAsync(scene.Seconds(6, 15), cancellation);
            scene.Note($"{silo.Name} was told {clock}; the last line of its log: {LastWord(silo)}");
        }
        await RestartAsync(Circumstances.Usual);

        static string LastWord(ProcessSlot silo) => File.ReadLines(silo.LogFile).LastOrDefault(line => line.Length > TimeLength && char.IsAsciiDigit(line[0]))?[..TimeLength] ?? "none";

        Task SetAsync(string clock) => File.WriteAllTextAsync(setting, clock + "\n", cancellation);

        async Task RestartAsync(Circumstances circumstances)
        {
            scene.Leaves(silo);
            await silo.RestartAsync(circumstances, cancellation);
        }
    }
}
