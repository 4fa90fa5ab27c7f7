using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Chaos.Rig.Network;

/// <summary>Whom packets come from or go to.</summary>
/// <param name="Address">Its address; null: everybody.</param>
/// <param name="Port">Its TCP port; 0: any.</param>
internal sealed record FarEnd(string? Address = null, int Port = 0);

/// <summary>Which packets a cut stops.</summary>
[Flags]
internal enum Way
{
    None = 0,
    /// <summary>Those that come to the silo.</summary>
    In = 1,
    /// <summary>Those that the silo sends.</summary>
    Out = 2,
    Both = In | Out,
}

/// <summary>What becomes of packets that are stopped.</summary>
internal enum Stop
{
    /// <summary>Nothing: their sender hears nothing.</summary>
    Drop,
    /// <summary>Their connections are reset.</summary>
    Reject,
}

/// <summary>The link of one silo with the rest: a namespace whose only way out can be harmed.</summary>
internal sealed class SiloLink
{
    private const string Device = "eth0";
    private readonly string _name;

    private SiloLink(string name, string address, string gateway) => (_name, Address, Gateway) = (name, address, gateway);

    public string Address { get; }

    /// <summary>The near end of the bridge.</summary>
    public string Gateway { get; }

    /// <summary>The namespace, as <c>ip</c> knows it.</summary>
    public string Name => _name;

    /// <summary>Starts a program within.</summary>
    public ImmutableArray<string> Enter => ["nsenter", $"--net=/run/netns/{_name}", "--"];

    public static async Task<SiloLink> LayAsync(string name, string address, string gateway, string bridge)
    {
        await SystemCommand.RunAsync("ip", "netns", "add", name);
        await SystemCommand.RunAsync("ip", "link", "add", $"to-{name}", "type", "veth", "peer", "name", Device, "netns", name);
        await SystemCommand.RunAsync("ip", "link", "set", $"to-{name}", "master", bridge, "up");
        var link = new SiloLink(name, address, gateway);
        await link.IpAsync("link", "set", "lo", "up");
        await link.IpAsync("addr", "add", $"{address}/24", "dev", Device);
        await link.IpAsync("link", "set", Device, "up");
        return link;
    }

    /// <summary>Runs <c>ip</c> within.</summary>
    public Task IpAsync(params string[] arguments) => SystemCommand.RunAsync(["ip", "-n", _name, .. arguments]);

    /// <summary>Stops packets from and to these, until <see cref="HealAsync"/>.</summary>
    public async Task CutAsync(IEnumerable<FarEnd> ends, Way way, Stop stop)
    {
        // A reset that was caused on this side must get out.
        if (stop == Stop.Reject) { await RuleAsync("OUTPUT", "-p", "tcp", "--tcp-flags", "RST", "RST", "-j", "ACCEPT"); }
        foreach (var end in ends)
        {
            if (way.HasFlag(Way.In)) { await RuleAsync(["INPUT", "-i", Device, .. Of(end, "-s", "--sport"), .. Target(stop)]); }
            if (way.HasFlag(Way.Out)) { await RuleAsync(["OUTPUT", "-o", Device, .. Of(end, "-d", "--dport"), .. Target(stop)]); }
        }
        string[] Of(FarEnd end, string address, string port) =>
        [
            .. stop == Stop.Reject || end.Port != 0 ? ["-p", "tcp"] : Array.Empty<string>(),
            .. end.Address is null ? [] : new[] { address, end.Address },
            .. end.Port == 0 ? [] : new[] { port, end.Port.ToString(CultureInfo.InvariantCulture) },
        ];
    }

    /// <summary>Loses that share of the packets, each way, until <see cref="HealAsync"/>.</summary>
    public async Task LoseAsync(double share)
    {
        string[] chance = ["-m", "statistic", "--mode", "random", "--probability", share.ToString("F3", CultureInfo.InvariantCulture), "-j", "DROP"];
        await RuleAsync(["INPUT", "-i", Device, .. chance]);
        await RuleAsync(["OUTPUT", "-o", Device, .. chance]);
    }

    /// <summary>Everything passes again.</summary>
    public async Task HealAsync()
    {
        foreach (var chain in new[] { "INPUT", "OUTPUT" }) { await SystemCommand.RunAsync([.. Enter, "iptables", "-w", "-F", chain]); }
    }

    private static string[] Target(Stop stop) => stop == Stop.Drop ? ["-j", "DROP"] : ["-j", "REJECT", "--reject-with", "tcp-reset"];

    private Task RuleAsync(params string[] rule) => SystemCommand.RunAsync([.. Enter, "iptables", "-w", "-A", .. rule]);
}
