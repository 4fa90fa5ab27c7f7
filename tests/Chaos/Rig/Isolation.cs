using System.ComponentModel;
using System.Diagnostics;

namespace NexusActors.Chaos.Rig;

/// <summary>
/// Namespaces of the run's own (network, mounts, processes, shared memory): what it harms there touches nobody else, and when it ends, however it ends, all of it is gone.
/// </summary>
internal static class Isolation
{
    private const string Inside = "NEXUS_CHAOS_INSIDE";
    // The run dies with the one who waits for it, and everything in its namespaces with the run.
    private static readonly string[] Enter = ["--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"];

    /// <summary>Whether this process is in them.</summary>
    public static bool IsEntered => Environment.GetEnvironmentVariable(Inside) == "1";

    /// <summary>Installs what it needs.</summary>
    /// <returns>Why it cannot be had here; null when it can.</returns>
    public static string? Prepare()
    {
        if (!OperatingSystem.IsLinux()) { return "namespaces are a matter of Linux"; }
        if (!Environment.IsPrivilegedProcess) { return "namespaces, control groups and mounts need root"; }
        return Try(Path.Combine(BuildFacts.Repository, "scripts", "install-servers"), "iptables", "faketime") ?? Try("setpriv", [.. Enter, "true"]);
    }

    /// <summary>Runs this program again within, and waits for it.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its exit code.</returns>
    public static int Run(string[] arguments)
    {
        // From here and not from another thread: the signal comes when the thread that started it ends.
        var start = new ProcessStartInfo("setpriv", [.. Enter, Dotnet.Path, "exec", typeof(Isolation).Assembly.Location, .. arguments]);
        start.Environment[Inside] = "1";
        Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true;         // it hears that too, and ends in good order
        using var run = Process.Start(start)!;
        run.WaitForExit();
        return run.ExitCode;
    }

    private static string? Try(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}: {said.Trim()}";
        }
        catch (Win32Exception missing)
        {
            return missing.Message;
        }
    }
}
