namespace NexusActors.Servers;

/// <summary>Where a server runs, and what can be done to it there.</summary>
internal interface IServerHost : IAsyncDisposable
{
    /// <summary>What it is, for messages.</summary>
    string Description { get; }

    /// <summary>Whether it can be killed, stopped and paused.</summary>
    bool IsPrivate { get; }

    /// <summary>Whether it has been started and has not ended.</summary>
    bool IsRunning { get; }

    /// <summary>CPU time that all its processes have used.</summary>
    TimeSpan Cpu { get; }

    /// <summary>Where it listens.</summary>
    string Address { get; }

    /// <summary>Where it listens.</summary>
    int Port { get; }

    /// <summary>The password that it was made with.</summary>
    string Password { get; }

    /// <summary>Starts it without waiting until it serves.</summary>
    Task StartAsync(CancellationToken cancellation);

    Task KillAsync();

    Task StopAsync();

    Task PauseAsync();

    Task ContinueAsync();

    Task<string> LogTailAsync(int lines);
}
