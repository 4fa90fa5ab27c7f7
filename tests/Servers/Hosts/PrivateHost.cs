using System.Diagnostics;
using System.Globalization;

namespace NexusActors.Servers.Hosts;

/// <summary>
/// A server from the binaries of this machine, with its data in a folder of its own. It hangs on this process by its standard input: when that closes
/// without a word, a watcher stops the server and removes the folder, so that nothing outlives a test run that was killed.
/// </summary>
internal sealed class PrivateHost(ServerProduct product, string address, string password, string script, string? parent) : IServerHost
{
    private readonly string _folder = parent is null ? Directory.CreateTempSubdirectory($"nexus-{product.Name}-").FullName : Directory.CreateDirectory(Path.Combine(parent, product.Name)).FullName;
    private Process? _process;
    private Task<string> _complaint = Task.FromResult("");

    public string Description => $"The private {product.Name} on port {Port}";

    public bool IsPrivate => true;

    public bool IsRunning => _process is { HasExited: false };

    public TimeSpan Cpu => Running() is var server ? Signals.Children(server).Append(server).Aggregate(TimeSpan.Zero, (sum, process) => sum + Signals.Cpu(process)) : default;

    public string Address => address;

    public int Port { get; } = FreePort.Take(address);

    public string Password => password;

    public async Task StartAsync(CancellationToken cancellation)
    {
        if (IsRunning) { throw new InvalidOperationException($"{Description} runs already."); }
        await LetGoAsync();
        // A session of its own: Ctrl-C in the terminal of the tests is not for the server.
        var start = new ProcessStartInfo("setsid", [script, product.Name, _folder, address, Port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment["NEXUS_SERVER_PASSWORD"] = password;
        start.Environment["NEXUS_SERVER_LEASH"] = "1";
        _process = Process.Start(start)!;
        _complaint = _process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public async Task KillAsync()
    {
        var server = Running();
        // Standing still it starts no more processes, and none of those that die first is missed.
        Signals.Send(server, Signals.Stop);
        int[] family = [server, .. Signals.Children(server)];
        foreach (var process in family) { Signals.Send(process, Signals.Kill); }
        await EndedAsync(family);
    }

    public Task StopAsync() => EndAsync(product.StopSignal);

    public async Task PauseAsync()
    {
        var server = Running();
        Signals.Send(server, Signals.Stop);
        await Signals.WaitAsync([server], Signals.IsStopped);
        var children = Signals.Children(server);
        foreach (var child in children) { Signals.Send(child, Signals.Stop); }
        await Signals.WaitAsync(children, Signals.IsStopped);
    }

    public Task ContinueAsync()
    {
        var server = Running();
        foreach (var process in Signals.Children(server).Append(server)) { Signals.Send(process, Signals.Continue); }
        return Task.CompletedTask;
    }

    public async Task<string> LogTailAsync(int lines)
    {
        var log = Path.Combine(_folder, "log");
        var printed = File.Exists(log) ? await File.ReadAllLinesAsync(log) : [];
        // What comes before there is a log: it ends when the log begins.
        return await _complaint + string.Join('\n', printed.TakeLast(lines));
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await ContinueAsync();
            await EndAsync(product.AbortSignal);
        }
        await FreeSharedMemoryAsync();
        await LetGoAsync();
        if (Directory.Exists(_folder)) { Directory.Delete(_folder, recursive: true); }
    }

    private int Running() => _process is { HasExited: false } running ? running.Id : throw new InvalidOperationException($"{Description} does not run.");

    private async Task EndAsync(int signal)
    {
        var server = Running();
        int[] family = [server, .. Signals.Children(server)];
        Signals.Send(server, signal);
        await EndedAsync(family);
    }

    private async Task EndedAsync(int[] family)
    {
        await _process!.WaitForExitAsync();
        await Signals.WaitAsync(family, process => !Signals.IsAlive(process));
    }

    /// <summary>Tells the watcher of a server that has ended that all is well.</summary>
    private async Task LetGoAsync()
    {
        if (_process is null) { return; }
        try
        {
            await _process.StandardInput.WriteLineAsync("keep");
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It failed before there was a watcher.
        }
        _process.Dispose();
        _process = null;
    }

    /// <summary>PostgreSQL that was killed leaves a few bytes of System V memory, named in its lock file, until it starts again.</summary>
    private async Task FreeSharedMemoryAsync()
    {
        var lockFile = Path.Combine(_folder, "data", "postmaster.pid");
        if (!File.Exists(lockFile)) { return; }
        if ((await File.ReadAllLinesAsync(lockFile)).ElementAtOrDefault(6)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [_, var segment]) { return; }
        using var remove = Process.Start("ipcrm", ["--shmem-id", segment]);
        await remove.WaitForExitAsync();
    }
}
