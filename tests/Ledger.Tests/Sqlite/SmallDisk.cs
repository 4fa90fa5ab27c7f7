using System.Diagnostics;

namespace NexusActors.Ledger.Sqlite;

/// <summary>
/// A place with little room: a real file system of a few MiB in memory where the process may mount one, else a limit on the size of the data file, which SQLite reports in the same way.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private const int SizeMiB = 12;
    private readonly bool _mounted;

    private SmallDisk(string folder, bool mounted) => (Folder, _mounted) = (folder, mounted);

    public string Folder { get; }

    /// <summary>What it is, for the test's output.</summary>
    public string Kind => _mounted ? $"a tmpfs of {SizeMiB} MiB" : "a limit on the data file (mounting is not allowed here)";

    public static SmallDisk Make()
    {
        var folder = Directory.CreateTempSubdirectory("nexus-small-").FullName;
        return new(folder, OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={SizeMiB}m", "tmpfs", folder));
    }

    /// <summary>Takes most of the room away.</summary>
    public void Shrink(SqliteLedgerOptions options)
    {
        if (!_mounted)
        {
            options.DataMaxMiB = 3;
            return;
        }
        var room = new DriveInfo(Folder).AvailableFreeSpace;
        using var ballast = new FileStream(Path.Combine(Folder, "ballast"), FileMode.Create);
        var block = new byte[64 * 1024];
        for (var left = room - (3 << 20); left > 0; left -= block.Length) { ballast.Write(block); }
    }

    /// <summary>Gives it back.</summary>
    public void Grow(SqliteLedgerOptions options)
    {
        options.DataMaxMiB = 0;
        File.Delete(Path.Combine(Folder, "ballast"));
    }

    public void Dispose()
    {
        if (_mounted) { Run("umount", Folder); }
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Runs a program of the system; false where there is none or it fails.</summary>
    public static bool Run(string program, params string[] words)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true, RedirectStandardOutput = true });
            process?.WaitForExit();
            return process?.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
