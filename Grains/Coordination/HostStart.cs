using Microsoft.Extensions.Hosting;

namespace NexusActors.Coordination;

/// <summary>The start of the host as something to wait for.</summary>
internal static class HostStart
{
    /// <summary>Waits until the host, and with it the silo, has started; false when it stops before.</summary>
    public static async Task<bool> HasStartedAsync(this IHostApplicationLifetime lifetime, CancellationToken stopping)
    {
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var up = lifetime.ApplicationStarted.Register(() => started.TrySetResult(true));
        await using var down = stopping.Register(() => started.TrySetResult(false));
        return await started.Task;
    }
}
