using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace NexusActors.Servers;

/// <summary>Signals to a process and its children (Linux).</summary>
internal static class Signals
{
    public const int Interrupt = 2, Quit = 3, Kill = 9, Terminate = 15, Continue = 18, Stop = 19;
    private const int NoSuchProcess = 3;
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    /// <summary>Sends one; a process that is gone already is none of our concern.</summary>
    public static void Send(int process, int signal)
    {
        if (kill(process, signal) != 0 && Marshal.GetLastPInvokeError() is not NoSuchProcess and var error)
        {
            throw new InvalidOperationException($"Signal {signal} could not be sent to process {process}: error {error}.");
        }
    }

    /// <summary>The processes that it has started and that still are.</summary>
    public static int[] Children(int process) =>
        [.. All().Where(id => Read(id) is var (_, parent) && parent == process)];

    /// <summary>All processes that this one can see.</summary>
    public static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id != 0);

    /// <summary>Whether it runs or stands still: there, and not dead already.</summary>
    public static bool IsAlive(int process) => Read(process) is var (state, _) && state is not ('Z' or 'X');

    /// <summary>Whether it stands still, or is not there.</summary>
    public static bool IsStopped(int process) => Read(process) is not var (state, _) || state is 'T' or 'Z' or 'X';

    /// <summary>Waits until it holds for all of them.</summary>
    /// <exception cref="TimeoutException">It does not.</exception>
    public static async Task WaitAsync(IReadOnlyCollection<int> processes, Func<int, bool> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!processes.All(holds))
        {
            if (waited.Elapsed > Patience) { throw new TimeoutException($"Of the processes {string.Join(", ", processes)} not all have followed a signal."); }
            await Task.Delay(Period);
        }
    }

    /// <summary>CPU time that it and those of its children that have ended have used, user and system.</summary>
    public static TimeSpan Cpu(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds(fields[11..15].Sum(field => double.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond);
        }
        catch (IOException)
        {
            return TimeSpan.Zero;                                                  // it has ended meanwhile: its parent counts it
        }
    }

    /// <summary>State and parent; null when there is no such process.</summary>
    private static (char State, int Parent)? Read(int process)
    {
        try
        {
            // 12 (some name) S 1 …: a name may hold anything, also brackets.
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ', 3);
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
