using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;

namespace NexusActors.Hosting;

/// <summary>
/// Closes HTTP before anything else stops: no new connections, answers to what runs. It gives slow callers half of the time of the whole stop,
/// so that the silo and the ledger have the other half.
/// </summary>
internal sealed class HttpDrain(IServer server, IOptions<HostOptions> options, TimeProvider time) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var half = new CancellationTokenSource(options.Value.ShutdownTimeout / 2, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(half.Token, cancellationToken);
        await server.StopAsync(limit.Token);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
