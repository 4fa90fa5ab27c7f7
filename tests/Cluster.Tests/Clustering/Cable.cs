using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using NexusActors.Processes;

namespace NexusActors.Clustering;

/// <summary>A way to a server that can be cut: what was sent then arrives nowhere, connections stay open and new ones are taken but lead nowhere, as behind a firewall that drops.</summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly EndPoint _target;
    private readonly Task _accepting;
    private volatile bool _cut;

    /// <summary>Lays it to a server on this machine.</summary>
    public Cable(string host, int port)
    {
        _target = new IPEndPoint(IPAddress.Parse(host), port);
        Port = SiloPlace.FreePorts(1)[0];
        _listener = new(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its near end on loopback.</summary>
    public int Port { get; }

    /// <summary>Nothing comes through any more.</summary>
    public void Cut() => _cut = true;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var socket in _sockets) { socket.Dispose(); }
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_end.Token);
                _sockets.Add(near);
                if (!_cut) { _ = RelayAsync(near); }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // Taken up.
        }
    }

    private async Task RelayAsync(Socket near)
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(far);
        try
        {
            await far.ConnectAsync(_target, _end.Token);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
            if (_cut) { return; }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side has hung up.
        }
        near.Dispose();
        far.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, SocketFlags.None, _end.Token) is > 0 and var count)
            {
                if (_cut) { await Task.Delay(Timeout.Infinite, _end.Token); }
                await to.SendAsync(buffer.AsMemory(0, count), SocketFlags.None, _end.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side has hung up.
        }
    }
}
