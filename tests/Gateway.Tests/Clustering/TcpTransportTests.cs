using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Networking.Shared;

namespace NexusActors.Clustering;

/// <summary>Connections that stand still are given up, at both ends.</summary>
public sealed class TcpTransportTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TcpTransport _transport = new(NullLoggerFactory.Instance);

    public void Dispose() => _transport.Dispose();

    [Fact]
    public async Task Connect_ToAListener_BytesArriveAndBothEndsHaveTheTimeout()
    {
        using var ends = new CancellationTokenSource(Patience);
        await using var listener = await _transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), ends.Token);
        await using var here = await _transport.ConnectAsync(listener.EndPoint, ends.Token);
        await using var there = (await listener.AcceptAsync(ends.Token))!;

        await here.Transport.Output.WriteAsync(new byte[] { 1, 2, 3 }, ends.Token);
        var read = await there.Transport.Input.ReadAtLeastAsync(3, ends.Token);

        Assert.Equal(3, read.Buffer.Length);
        if (OperatingSystem.IsLinux()) { Assert.All([here, there], end => Assert.Equal(TcpUserTimeout.Value.TotalMilliseconds, TimeoutOf(end))); }
    }

    [Fact]
    public async Task Write_PeerTakesNothing_GivenUp()
    {
        if (!OperatingSystem.IsLinux()) { return; }
        using var ends = new CancellationTokenSource(Patience);
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        await using var connection = await _transport.ConnectAsync(deaf.LocalEndpoint, ends.Token);
        using var peer = await deaf.AcceptSocketAsync(ends.Token);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionClosed.Register(closed.SetResult);

        await connection.Transport.Output.WriteAsync(new byte[64 << 20], ends.Token);

        await closed.Task.WaitAsync(ends.Token);
    }

    [Fact]
    public async Task Connect_NobodyListens_SaidAsOrleansDoes()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = closed.LocalEndpoint;
        closed.Stop();

        await Assert.ThrowsAsync<SocketConnectionException>(async () => await _transport.ConnectAsync(address));
    }

    [Fact]
    public void Use_WithoutOrleans_Refused() => Assert.Throws<InvalidOperationException>(() => new ServiceCollection().UseTcpTransport());

    [Fact]
    public void Use_WithAClient_AllItsEndsAreReplaced()
    {
        using var host = Host.CreateApplicationBuilder().UseOrleansClient(client =>
        {
            client.UseLocalhostClustering();
            client.Services.UseTcpTransport();
        }).Build();

        Assert.All(host.Services.GetKeyedServices<IConnectionFactory>(KeyedService.AnyKey), factory => Assert.IsType<TcpTransport>(factory));
        Assert.NotEmpty(host.Services.GetKeyedServices<IConnectionFactory>(KeyedService.AnyKey));
    }

    private static int TimeoutOf(ConnectionContext end)
    {
        var value = new byte[sizeof(int)];
        end.Features.Get<IConnectionSocketFeature>()!.Socket.GetRawSocketOption(TcpUserTimeout.Level, TcpUserTimeout.Option, value);
        return BitConverter.ToInt32(value);
    }
}
