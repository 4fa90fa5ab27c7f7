using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Networking.Shared;

namespace NexusActors.Clustering;

/// <summary>The connections between the processes of a cluster: those of Kestrel, with <see cref="TcpUserTimeout"/>. Orleans' own sockets leave that as the system has it (some 15 minutes), and give no way to set it.</summary>
internal sealed class TcpTransport : IConnectionFactory, IConnectionListenerFactory, IDisposable
{
    private const int KeepAliveSeconds = 90, KeepAliveIntervalSeconds = 30, KeepAliveRetries = 10, Backlog = 512;

    private readonly SocketTransportFactory _listeners;
    private readonly SocketConnectionContextFactory _connections;

    /// <summary>As of the services of a process.</summary>
    public TcpTransport(ILoggerFactory logs)
    {
        _listeners = new(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = Bind, MaxReadBufferSize = null, MaxWriteBufferSize = null, Backlog = Backlog }), logs);
        _connections = new(new() { MaxReadBufferSize = null, MaxWriteBufferSize = null }, logs.CreateLogger<TcpTransport>());
    }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = Create(endpoint);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return _connections.Create(socket);
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new SocketConnectionException($"Unable to connect to {endpoint}. Error: {failure.SocketErrorCode}", failure);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => _listeners.BindAsync(endpoint, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();

    // What is accepted has the options of the socket that listens.
    private static Socket Bind(EndPoint endpoint)
    {
        var socket = Create(endpoint);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(endpoint);
        return socket;
    }

    private static Socket Create(EndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new(enable: true, seconds: 0) };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetries);
        TcpUserTimeout.Set(socket);
        return socket;
    }
}

/// <summary>Puts <see cref="TcpTransport"/> in the place of Orleans' sockets.</summary>
internal static class TcpTransportServices
{
    /// <summary>For all ends that Orleans has registered so far: of a silo to silos and to clients, or of a client.</summary>
    public static void UseTcpTransport(this IServiceCollection services)
    {
        services.AddSingleton<TcpTransport>();
        var ends = services.Index().Where(end => end.Item.IsKeyedService && (end.Item.ServiceType == typeof(IConnectionFactory) || end.Item.ServiceType == typeof(IConnectionListenerFactory))).ToArray();
        if (ends is []) { throw new InvalidOperationException("Orleans has registered no connections that could be replaced."); }
        foreach (var (index, end) in ends)
        {
            services[index] = ServiceDescriptor.KeyedSingleton(end.ServiceType, end.ServiceKey, (provider, _) => provider.GetRequiredService<TcpTransport>());
        }
    }
}
