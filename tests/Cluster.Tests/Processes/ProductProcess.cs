using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace NexusActors.Processes;

/// <summary>
/// A built program of the product as a real process. Stop it with <see cref="TerminateAsync"/> (SIGTERM) or <see cref="KillAsync"/> (SIGKILL).
/// </summary>
public class ProductProcess : IAsyncDisposable
{
    private const int Terminate = 15, Stop = 19, Resume = 18;
    private static readonly TimeSpan ReadyPeriod = TimeSpan.FromMilliseconds(50);
    private readonly Process _process;
    private readonly Transcript _output = new();
    private readonly string _name;
    private readonly Uri _readiness;

    /// <summary>Starts it without waiting for anything.</summary>
    /// <param name="assembly">The program.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="address">Where it answers probes.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">More environment variables; null takes one away.</param>
    protected ProductProcess(string assembly, string folder, Uri address, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        _name = Path.GetFileNameWithoutExtension(assembly);
        _readiness = new(address, "readyz");
        var start = new ProcessStartInfo(DotnetPath(), ["exec", assembly, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null) { start.Environment.Remove(name); }
            else { start.Environment[name] = value; }
        }
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _output.AddError(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Root of the repository that was built.</summary>
    public static string Repository { get; } = Path.GetFullPath(BuildFact("Repository"));

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Everything that it has printed so far.</summary>
    public string Output => _output.All;

    /// <summary>What it has printed on the error output so far.</summary>
    public string Errors => _output.Errors;

    /// <summary>Waits until it says that it is ready.</summary>
    /// <param name="timeout">How long at most; 60 s when not given, for machines under load.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="InvalidOperationException">It ended, or it is not ready in time; holds what it printed.</exception>
    public async Task WaitReadyAsync(TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < (timeout ?? TimeSpan.FromSeconds(60)))
        {
            if (_process.HasExited) { throw new InvalidOperationException($"{_name} ended with code {_process.ExitCode}:\n{Output}"); }
            try
            {
                using var answer = await client.GetAsync(_readiness, cancellation);
                if (answer.IsSuccessStatusCode) { return; }
            }
            catch (Exception silent) when (silent is HttpRequestException || (silent is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // Not listening yet.
            }
            await Task.Delay(ReadyPeriod, cancellation);
        }
        throw new InvalidOperationException($"{_name} is not ready after {waited.Elapsed.TotalSeconds:F0} s:\n{Output}");
    }

    /// <summary>SIGKILL: it has no chance to write anything.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) { _process.Kill(entireProcessTree: false); }
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then waits for the end.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It is still there.</exception>
    public async Task<int> TerminateAsync(TimeSpan? timeout = null)
    {
        Signal(Terminate);
        return await WaitExitAsync(timeout);
    }

    /// <summary>SIGSTOP: it stands still until <see cref="Continue"/>.</summary>
    public void Pause() => Signal(Stop);

    /// <summary>SIGCONT.</summary>
    public void Continue() => Signal(Resume);

    /// <summary>Sends SIGTERM without waiting.</summary>
    public void RequestTermination() => Signal(Terminate);

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It is still there.</exception>
    public async Task<int> WaitExitAsync(TimeSpan? timeout = null)
    {
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(60));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_name} has not ended:\n{Output}");
        }
    }

    /// <summary>Kills it where it still runs. Its folder stays.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the build wrote down: where a program is.</summary>
    internal static string BuildFact(string key) =>
        typeof(ProductProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == key).Value!;

    private static string DotnetPath() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
        ?? (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet");

    private void Signal(int signal)
    {
        if (!OperatingSystem.IsLinux()) { throw new PlatformNotSupportedException("Signals are sent on Linux only."); }
        if (kill(_process.Id, signal) != 0 && !_process.HasExited)
        {
            throw new InvalidOperationException($"Signal {signal} could not be sent: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);

    private sealed class Transcript
    {
        private readonly Lock _gate = new();
        private readonly List<(bool Error, string Line)> _lines = [];

        public string All { get { lock (_gate) { return string.Join('\n', _lines.Select(line => line.Line)); } } }

        public string Errors { get { lock (_gate) { return string.Join('\n', _lines.Where(line => line.Error).Select(line => line.Line)); } } }

        public void Add(string? line) => Put(error: false, line);

        public void AddError(string? line) => Put(error: true, line);

        private void Put(bool error, string? line)
        {
            if (line is null) { return; }
            lock (_gate) { _lines.Add((error, line)); }
        }
    }
}
