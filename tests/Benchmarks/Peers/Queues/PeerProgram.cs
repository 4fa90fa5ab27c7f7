using System.Diagnostics;

namespace NexusActors.Benchmarks;

/// <summary>Runs somebody else's program to its end.</summary>
internal static class PeerProgram
{
    private const int TailLines = 12;

    /// <exception cref="InvalidOperationException">It failed or took too long; says what it printed last.</exception>
    public static void Run(string folder, string program, string[] arguments, TimeSpan within, Dictionary<string, string>? environment = null, Action<string>? line = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? []) { start.Environment[name] = value; }
        var said = new Queue<string>();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, printed) => Take(printed.Data, line);
        process.ErrorDataReceived += (_, printed) => Take(printed.Data, null);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExit(within);
        if (!ended) { process.Kill(entireProcessTree: true); }
        process.WaitForExit();                                                     // and until all that it printed was read
        if (!ended || process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {arguments[0]} {(ended ? $"ended with {process.ExitCode}" : $"did not end within {within.TotalSeconds:F0} s")}:\n{string.Join('\n', said)}");
        }

        void Take(string? printed, Action<string>? use)
        {
            if (printed is null) { return; }
            use?.Invoke(printed);
            lock (said)
            {
                said.Enqueue(printed);
                if (said.Count > TailLines) { said.Dequeue(); }
            }
        }
    }
}
