using System.Collections.Immutable;

namespace NexusActors.Chaos.Rig.Network;

/// <summary>
/// Where the processes are. Isolated: every silo in a network namespace of its own, on one bridge with the rest, so that its link can be harmed alone. Otherwise all on loopback.
/// </summary>
internal sealed class ClusterNetwork
{
    private const string Loopback = "127.0.0.1", Bridge = "nexus", Subnet = "10.77.0", Names = "/run/netns";
    private const int FirstSilo = 11;

    private ClusterNetwork(string servers, ImmutableArray<SiloLink> links) => (ServerAddress, Links) = (servers, links);

    /// <summary>Of PostgreSQL, Redis and the gateways' end towards silos.</summary>
    public string ServerAddress { get; }

    /// <summary>One for each silo; none on loopback.</summary>
    public ImmutableArray<SiloLink> Links { get; }

    /// <summary>Address of a silo.</summary>
    public string AddressOf(int silo) => Links.IsEmpty ? Loopback : Links[silo].Address;

    /// <summary>Starts a program where that silo is.</summary>
    public ImmutableArray<string> EnterOf(int silo) => Links.IsEmpty ? [] : Links[silo].Enter;

    /// <summary>Lays it.</summary>
    public static async Task<ClusterNetwork> LayAsync(int silos)
    {
        if (!Isolation.IsEntered) { return new(Loopback, []); }
        await SystemCommand.RunAsync("ip", "link", "set", "lo", "up");
        // Names of namespaces are files: these are nobody else's.
        Directory.CreateDirectory(Names);
        await SystemCommand.RunAsync("mount", "-t", "tmpfs", "names", Names);
        await SystemCommand.RunAsync("ip", "link", "add", Bridge, "type", "bridge");
        await SystemCommand.RunAsync("ip", "addr", "add", $"{Subnet}.1/24", "dev", Bridge);
        await SystemCommand.RunAsync("ip", "link", "set", Bridge, "up");
        // A silo whose packets take a longer way is reached through here.
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1");
        var links = ImmutableArray.CreateBuilder<SiloLink>(silos);
        for (var i = 0; i < silos; i++) { links.Add(await SiloLink.LayAsync($"silo-{i + 1}", $"{Subnet}.{FirstSilo + i}", $"{Subnet}.1", Bridge)); }
        return new($"{Subnet}.1", links.ToImmutable());
    }
}
