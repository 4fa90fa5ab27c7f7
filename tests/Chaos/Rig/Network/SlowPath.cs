using System.Collections.Immutable;
using System.Threading.Channels;

namespace NexusActors.Chaos.Rig.Network;

/// <summary>
/// A longer way between one silo and the rest: two devices, one in the silo's namespace and one outside, and this process in between, which holds every packet for a while. Connections that are
/// there stay, since only routes change.
/// </summary>
internal sealed class SlowPath : IAsyncDisposable
{
    private const string Near = "slow-near", Far = "slow-far";
    private const int PacketBytesMax = 65_536;
    private readonly SiloLink _link;
    private readonly ImmutableArray<SiloLink> _peers;
    private readonly TunDevice _near = new(Near), _far = new(Far);
    private readonly TimeSpan _delay;
    private readonly TimeProvider _time;
    private Task[] _relays = [];
    private long _packets;

    private SlowPath(SiloLink link, ImmutableArray<SiloLink> peers, TimeSpan delay, TimeProvider time) => (_link, _peers, _delay, _time) = (link, peers, delay, time);

    /// <summary>Packets that have gone this way.</summary>
    public long Packets => Interlocked.Read(ref _packets);

    /// <summary>Leads everything between a silo and the rest along it until it is disposed.</summary>
    /// <param name="link">Of the silo.</param>
    /// <param name="peers">Links of the other silos.</param>
    /// <param name="delay">For each packet, either way.</param>
    /// <param name="time">Clock.</param>
    public static async Task<SlowPath> OpenAsync(SiloLink link, ImmutableArray<SiloLink> peers, TimeSpan delay, TimeProvider time)
    {
        var path = new SlowPath(link, peers, delay, time);
        await SystemCommand.RunAsync("ip", "link", "set", Near, "netns", link.Name);
        await link.IpAsync("link", "set", Near, "up");
        await SystemCommand.RunAsync("ip", "link", "set", Far, "up");
        path._relays = [path.RelayAsync(path._near, path._far), path.RelayAsync(path._far, path._near)];
        await SystemCommand.RunAsync("ip", "route", "add", link.Address, "dev", Far);
        foreach (var peer in peers)
        {
            await peer.IpAsync("route", "add", link.Address, "via", peer.Gateway);
            await link.IpAsync("route", "add", peer.Address, "dev", Near, "src", link.Address);
        }
        await link.IpAsync("route", "add", link.Gateway, "dev", Near, "src", link.Address);
        return path;
    }

    /// <summary>The short way again.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers) { await peer.IpAsync("route", "del", _link.Address); }
        // Devices that go end the reads, and take their routes along.
        await _link.IpAsync("link", "del", Near);
        await SystemCommand.RunAsync("ip", "link", "del", Far);
        await Task.WhenAll(_relays);
        _near.Dispose();
        _far.Dispose();
    }

    private Task RelayAsync(TunDevice from, TunDevice to)
    {
        var held = Channel.CreateUnbounded<(long Since, byte[] Packet)>(new() { SingleReader = true, SingleWriter = true });
        var reads = Task.Factory.StartNew(() => Read(from, held.Writer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.WhenAll(reads, WriteAsync(held.Reader, to));
    }

    private void Read(TunDevice from, ChannelWriter<(long, byte[])> held)
    {
        var buffer = new byte[PacketBytesMax];
        try
        {
            for (int length; (length = from.Read(buffer)) > 0; Interlocked.Increment(ref _packets)) { held.TryWrite((_time.GetTimestamp(), buffer[..length])); }
        }
        finally
        {
            held.Complete();
        }
    }

    private async Task WriteAsync(ChannelReader<(long Since, byte[] Packet)> held, TunDevice to)
    {
        await foreach (var (since, packet) in held.ReadAllAsync())
        {
            if (_delay - _time.GetElapsedTime(since) is var left && left > TimeSpan.Zero) { await Task.Delay(left, _time); }
            to.Write(packet);
        }
    }
}
