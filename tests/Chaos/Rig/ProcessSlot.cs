using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using NexusActors.Servers;

namespace NexusActors.Chaos.Rig;

/// <summary>
/// One process of the cluster and those that take its place: same ports, one log. An end that nobody planned is noted and, as an orchestrator would, followed by a new process.
/// </summary>
internal sealed class ProcessSlot(string name, string assembly, string folder, IReadOnlyList<string> enter, Uri probes, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, Timeline time) : IAsyncDisposable
{
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1), StopTimeout = TimeSpan.FromSeconds(60), ReadyTimeout = TimeSpan.FromSeconds(90), ProbePeriod = TimeSpan.FromMilliseconds(100);
    private static readonly HttpClient s_probe = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly Lock _gate = new();
    private readonly List<UnplannedEnd> _unplanned = [];
    private Process? _process;
    private bool _planned, _closed;

    public string Name => name;

    public string LogFile { get; } = Path.Combine(folder, $"{name}.log");

    public int Id => _process?.Id ?? 0;

    /// <summary>Under what it is started from now on, beyond what every process is.</summary>
    public Circumstances Circumstances { get; set; } = Circumstances.Usual;

    /// <summary>When it was last started, in seconds of the run.</summary>
    public double StartedAt { get; private set; }

    /// <summary>Memory that it holds now, in bytes.</summary>
    public long Resident => _process is { HasExited: false } process && File.ReadLines($"/proc/{process.Id}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)) is { } line
        ? 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) : 0;

    /// <summary>Ends that nobody planned.</summary>
    public IReadOnlyList<UnplannedEnd> Unplanned { get { lock (_gate) { return [.. _unplanned]; } } }

    /// <summary>Starts it without waiting for anything.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _planned = false;
            // The shell gives its place to the program, which writes straight into its log.
            var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", LogFile, .. enter, .. Circumstances.Enter, Dotnet.Path, "exec", assembly, .. arguments]) { WorkingDirectory = folder };
            foreach (var (key, value) in environment.Concat(Circumstances.Environment)) { start.Environment[key] = value; }
            var process = new Process { StartInfo = start, EnableRaisingEvents = true };
            process.Exited += (_, _) => Ended(process);
            _process = process;
            process.Start();
            StartedAt = time.Now;
        }
    }

    /// <summary>Waits until it says that it is ready.</summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (!await IsReadyAsync(cancellation))
        {
            if (waited.Elapsed > ReadyTimeout) { throw new InvalidOperationException($"{name} is not ready after {waited.Elapsed.TotalSeconds:F0} s:\n{LogTail(40)}"); }
            await Task.Delay(ProbePeriod, cancellation);
        }
    }

    /// <summary>SIGKILL; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        var process = Plan();
        Signals.Send(process.Id, Signals.Kill);
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns its exit code. Null: it did not end in time and was killed.</summary>
    public async Task<int?> TerminateAsync(TimeSpan patience)
    {
        var process = Plan();
        Signals.Send(process.Id, Signals.Terminate);
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Signals.Send(process.Id, Signals.Kill);
            await process.WaitForExitAsync(CancellationToken.None);
            return null;
        }
    }

    /// <summary>Ends it in good order and starts it again under other circumstances; returns when it is ready.</summary>
    public async Task RestartAsync(Circumstances circumstances, CancellationToken cancellation)
    {
        await TerminateAsync(StopTimeout);
        Circumstances = circumstances;
        Start();
        await ReadyAsync(cancellation);
    }

    /// <summary>SIGSTOP.</summary>
    public void Pause() => Signals.Send(Id, Signals.Stop);

    /// <summary>SIGCONT.</summary>
    public void Continue() => Signals.Send(Id, Signals.Continue);

    /// <summary>The last lines of its log.</summary>
    public string LogTail(int lines) => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(lines)) : "";

    public async ValueTask DisposeAsync()
    {
        Process? process;
        lock (_gate)
        {
            (_closed, _planned) = (true, true);
            process = _process;
        }
        if (process is null) { return; }
        if (!process.HasExited)
        {
            Signals.Send(process.Id, Signals.Kill);
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await s_probe.GetAsync(new Uri(probes, "readyz"), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception silent) when (silent is HttpRequestException || (silent is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    private Process Plan()
    {
        lock (_gate)
        {
            _planned = true;
            return _process is { HasExited: false } running ? running : throw new InvalidOperationException($"{name} does not run:\n{LogTail(40)}");
        }
    }

    private void Ended(Process process)
    {
        lock (_gate)
        {
            if (_planned || process != _process) { return; }
            _unplanned.Add(new(name, time.Now, process.ExitCode, LogTail(12)));
            Timeline.Progress($"{name} ended by itself with code {process.ExitCode}");
        }
        _ = StartAgainAsync();
    }

    private async Task StartAgainAsync()
    {
        await Task.Delay(RestartPause);
        lock (_gate)
        {
            if (_closed || _process is { HasExited: false }) { return; }
        }
        Start();
    }
}

/// <summary>Under what a process is started.</summary>
/// <param name="Enter">The command that starts the program, before its own name.</param>
/// <param name="Environment">Variables.</param>
internal sealed record Circumstances(ImmutableArray<string> Enter, ImmutableDictionary<string, string> Environment)
{
    public static readonly Circumstances Usual = new([], ImmutableDictionary<string, string>.Empty);
}

/// <summary>A process that ended though nobody asked it to.</summary>
/// <param name="Process">Which.</param>
/// <param name="At">When, in seconds of the run.</param>
/// <param name="ExitCode">How.</param>
/// <param name="LastWords">End of its log.</param>
internal sealed record UnplannedEnd(string Process, double At, int ExitCode, string LastWords);
