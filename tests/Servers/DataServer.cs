using System.Diagnostics;

namespace NexusActors.Servers;

/// <summary>
/// A real server for tests. Where it comes from, in this order: a connection string in the environment; binaries of this machine, run apart from every other;
/// the same after <c>scripts/install-servers</c> has installed them; a container. When none of these can be had, starting fails and says what to run.
/// A private server ends with this process, however that ends, and leaves nothing behind.
/// </summary>
public abstract class DataServer : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(25);
    private readonly IServerHost _host;

    private protected DataServer(IServerHost host) => _host = host;

    /// <summary>Whether it is this process's own: only then can it be killed, stopped or paused.</summary>
    public bool IsPrivate => _host.IsPrivate;

    /// <summary>Whether it has been started and has not ended, as far as is known.</summary>
    public bool IsRunning => _host.IsRunning;

    /// <summary>Where it listens, if private.</summary>
    public int Port => _host.Port;

    /// <summary>CPU time that all its processes have used, where it is private.</summary>
    public TimeSpan Cpu => _host.Cpu;

    /// <summary>SIGKILL to the server and all its processes at once. Returns when they are gone. What it had not made durable is lost.</summary>
    public Task KillAsync() => _host.KillAsync();

    /// <summary>Ends it in good order, cutting its connections. Returns when it is gone.</summary>
    public Task StopAsync() => _host.StopAsync();

    /// <summary>Starts it on the same port and data, after it was killed or stopped. Returns when it answers.</summary>
    public async Task StartAgainAsync(CancellationToken cancellation = default)
    {
        await _host.StartAsync(cancellation);
        await ReadyAsync(cancellation);
    }

    /// <summary>SIGSTOP to all its processes: connections stay open and nothing answers. Returns when they stand still.</summary>
    public Task PauseAsync() => _host.PauseAsync();

    /// <summary>SIGCONT to all its processes.</summary>
    public Task ContinueAsync() => _host.ContinueAsync();

    /// <summary>The last lines of what it has printed, for messages of failed tests.</summary>
    public Task<string> LogTailAsync(int lines = 40) => _host.LogTailAsync(lines);

    /// <summary>Ends it and removes its data; leaves a server that was given as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Why it does not serve now; null when it does.</summary>
    private protected abstract Task<Exception?> ProbeAsync(CancellationToken cancellation);

    private protected static async Task<T> StartAsync<T>(T server, CancellationToken cancellation) where T : DataServer
    {
        try
        {
            await server.StartAgainAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when it answers.</summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (await ProbeAsync(cancellation) is { } reason)
        {
            if (!_host.IsRunning || waited.Elapsed > ReadyTimeout)
            {
                var state = _host.IsRunning ? $"does not serve after {waited.Elapsed.TotalSeconds:F0} s" : "has ended";
                throw new InvalidOperationException($"{_host.Description} {state}: {reason.Message}\n{await LogTailAsync()}", reason);
            }
            await Task.Delay(ProbePeriod, cancellation);
        }
    }
}
