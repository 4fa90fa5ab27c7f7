using System.Diagnostics;

namespace NexusActors.Chaos.Rig;

/// <summary>Programs of the system that harm and heal.</summary>
internal static class SystemCommand
{
    /// <summary>Runs one to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; says how.</exception>
    public static async Task RunAsync(params string[] command)
    {
        if (await TryAsync(command) is { } complaint) { throw new InvalidOperationException(complaint); }
    }

    /// <summary>Runs one to its end.</summary>
    /// <returns>How it failed; null when it did not.</returns>
    public static async Task<string?> TryAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : $"{string.Join(' ', command)} ended with code {process.ExitCode}: {string.Concat(said).Trim()}";
    }
}
