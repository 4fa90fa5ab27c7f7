using System.Collections.Immutable;

namespace NexusActors.Chaos.Faults;

/// <summary>All faults, in the order in which they are injected.</summary>
internal static class Catalog
{
    public static ImmutableArray<Fault> All { get; } =
    [
        new Calm(), new KillSilo(), new KillGateway(), new KillPostgres(), new FlushRedis(), new StopRedis(), new PauseSilo(), new SilentSilo(), new RollingRestart(), new CrashAgents(), new Reconnect(),
    ];

    /// <exception cref="FormatException">There is no such fault.</exception>
    public static Fault Of(string name) => All.FirstOrDefault(fault => fault.Name == name) ?? throw new FormatException($"there is no fault {name}");
}
