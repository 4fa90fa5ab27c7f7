namespace NexusActors.Servers.Hosts;

/// <summary>A server that somebody else runs, and that others use too.</summary>
internal sealed class GivenHost(ServerProduct product) : IServerHost
{
    public string Description => $"The server in {product.Variable}";

    public bool IsPrivate => false;

    public TimeSpan Cpu => throw new InvalidOperationException($"{Description} runs elsewhere: its CPU time cannot be read.");

    public bool IsRunning => true;

    public string Address => throw NotOurs();

    public int Port => throw NotOurs();

    public string Password => throw NotOurs();

    public Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task KillAsync() => throw NotOurs();

    public Task StopAsync() => throw NotOurs();

    public Task PauseAsync() => throw NotOurs();

    public Task ContinueAsync() => throw NotOurs();

    public Task<string> LogTailAsync(int lines) => Task.FromResult($"(the log of the server in {product.Variable} is not here)");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private InvalidOperationException NotOurs() => new($"{Description} is shared and not ours to harm: such a test starts a private one.");
}
