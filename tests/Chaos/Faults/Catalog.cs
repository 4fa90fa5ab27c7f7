using System.Collections.Immutable;
using NexusActors.Chaos.Rig.Network;

namespace NexusActors.Chaos.Faults;

/// <summary>All faults, in the order in which they are injected.</summary>
internal static class Catalog
{
    /// <summary>Seconds without success when a silo is cut from its peers, and when it is cut from the database alone.</summary>
    private const double SilentMax = 8, DatabaseMax = 15;

    public static ImmutableArray<Fault> All { get; } =
    [
        new Calm(), new KillSilo(), new KillGateway(), new KillPostgres(), new FlushRedis(), new StopRedis(), new PauseSilo(), new SilentSilo(), new RollingRestart(), new CrashAgents(), new PoisonTask(), new Reconnect(),
        new Partition("cut-peers", Cut.Peers, Way.Both, Stop.Drop, SilentMax), new Partition("cut-peers-reject", Cut.Peers, Way.Both, Stop.Reject, SilentMax),
        new Partition("cut-all", Cut.Everything, Way.Both, Stop.Drop, SilentMax), new Partition("cut-all-reject", Cut.Everything, Way.Both, Stop.Reject, SilentMax),
        new Partition("cut-database", Cut.Database, Way.Both, Stop.Drop, DatabaseMax), new Partition("cut-database-reject", Cut.Database, Way.Both, Stop.Reject, DatabaseMax),
        new Partition("cut-one-way", Cut.Peers, Way.In, Stop.Drop, SilentMax), new Flapping(), new PacketLoss(), new PacketDelay(),
        new LittleCpu(), new LittleMemory(), new FullDisk(), new WrongClock(), new Overload(), new TotalCrash(),
    ];

    /// <exception cref="FormatException">There is no such fault.</exception>
    public static Fault Of(string name) => All.FirstOrDefault(fault => fault.Name == name) ?? throw new FormatException($"there is no fault {name}");
}
