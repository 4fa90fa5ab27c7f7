using NexusActors.Chaos.Rig.Network;

namespace NexusActors.Chaos.Faults;

/// <summary>From whom a silo is cut.</summary>
internal enum Cut
{
    Peers,
    Database,
    Everything,
}

/// <summary>A silo that is cut from others for a while.</summary>
internal sealed class Partition(string name, Cut from, Way way, Stop stop, double gapMax) : Fault
{
    public override string Name => name;

    public override string What => $"one silo {(way == Way.Both ? "cut from" : "hears nothing of, but is heard by,")} {Whom}; packets are {(stop == Stop.Drop ? "dropped without a word (iptables DROP)" : "refused with a reset (REJECT)")}";

    public override Bar Bar => new() { GapMax = gapMax };

    public override FaultNeeds Needs => FaultNeeds.Isolation;

    private string Whom => from switch
    {
        Cut.Peers => "its peers alone",
        Cut.Database => "the database alone",
        _ => "everything",
    };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var silo = scene.DoomedSilo();
        scene.AllowEnd(silo);
        var link = scene.Rig.LinkOf(silo);
        IEnumerable<FarEnd> ends = from switch
        {
            Cut.Peers => scene.Rig.LinksBeside(silo).Select(peer => new FarEnd(peer.Address)),
            Cut.Database => [new(scene.Rig.Network.ServerAddress, scene.Rig.Postgres.Port)],
            _ => [new()],
        };
        await link.CutAsync(ends, way, stop);
        scene.Note($"{silo.Name} is cut from {Whom}");
        await FaultScene.WaitAsync(scene.Seconds(14, 25), cancellation);
        await link.HealAsync();
        scene.Note($"{silo.Name} is connected again; {(silo.Unplanned.Count(end => end.At >= scene.StartedAt) is var times and > 0 ? $"it has ended {times} times" : "it has not ended")}");
        await FaultScene.WaitAsync(scene.Seconds(4, 10), cancellation);
    }
}

/// <summary>A link that is there and not there.</summary>
internal sealed class Flapping : Fault
{
    private const double CutSeconds = 1.5, WholeSeconds = 1.5;

    public override string Name => "flapping";

    public override string What => "one silo cut from everything for 1.5 s, connected for 1.5 s, and so on";

    public override Bar Bar => new() { GapMax = 8 };

    public override FaultNeeds Needs => FaultNeeds.Isolation;

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        // Whether it is evicted is the cluster's choice; it must not take others with it.
        var silo = scene.DoomedSilo();
        scene.AllowEnd(silo);
        var times = scene.Count(4, 10);
        for (var i = 0; i < times; i++)
        {
            await scene.Rig.LinkOf(silo).CutAsync([new()], Way.Both, Stop.Drop);
            await FaultScene.WaitAsync(CutSeconds, cancellation);
            await scene.Rig.LinkOf(silo).HealAsync();
            await FaultScene.WaitAsync(WholeSeconds, cancellation);
        }
        scene.Note($"{silo.Name}, {times} times");
        await FaultScene.WaitAsync(scene.Seconds(3, 10), cancellation);
    }
}

/// <summary>A link that loses packets.</summary>
internal sealed class PacketLoss : Fault
{
    private const double Share = 0.2;

    public override string Name => "packet-loss";

    public override string What => "one silo loses 20 % of the packets that it gets and 20 % of those that it sends; it must not be evicted";

    public override FaultNeeds Needs => FaultNeeds.Isolation;

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var silo = scene.AnySilo();
        await scene.Rig.LinkOf(silo).LoseAsync(Share);
        await FaultScene.WaitAsync(scene.Seconds(15, 45), cancellation);
        await scene.Rig.LinkOf(silo).HealAsync();
        scene.Healed();
        scene.Note($"{silo.Name}");
    }
}

/// <summary>A link on which every packet takes its time.</summary>
internal sealed class PacketDelay : Fault
{
    private const int DelayMs = 150;

    public override string Name => "packet-delay";

    public override string What => "every packet from and to one silo takes 150 ms longer; it must not be evicted";

    public override FaultNeeds Needs => FaultNeeds.Isolation;

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var silo = scene.AnySilo();
        await using (var path = await SlowPath.OpenAsync(scene.Rig.LinkOf(silo), [.. scene.Rig.LinksBeside(silo)], TimeSpan.FromMilliseconds(DelayMs), TimeProvider.System))
        {
            await FaultScene.WaitAsync(scene.Seconds(15, 45), cancellation);
            scene.Note($"{silo.Name}; {path.Packets:N0} packets were held");
        }
        scene.Healed();
    }
}
