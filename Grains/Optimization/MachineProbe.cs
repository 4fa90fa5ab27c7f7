namespace NexusActors.Optimization;

/// <summary>Reads what a Linux machine shows of itself.</summary>
/// <param name="procRoot">Where its process file system is mounted.</param>
/// <param name="diskPath">A folder of the file system to watch.</param>
internal sealed class MachineProbe(string procRoot, string diskPath)
{
    /// <summary>Where it reads.</summary>
    public string Root => procRoot;

    /// <summary>Whether there is anything to read.</summary>
    public bool IsSupported => File.Exists(Path.Combine(procRoot, "stat"));

    /// <summary>Reads now. A file that the platform does not have is left out; one that cannot be read throws.</summary>
    public MachineReading Read() => new()
    {
        Cpu = Text("stat") is { } stat ? ProcText.Cpu(stat) : null,
        MemoryUsedPercent = Text("meminfo") is { } meminfo ? ProcText.MemoryUsedPercent(meminfo) : null,
        DiskUsedPercent = DiskUsedPercent(new DriveInfo(diskPath)),
        LoadAverage = Text("loadavg") is { } loadavg ? ProcText.LoadAverage(loadavg) : null,
        Network = Text("net/dev") is { } net ? ProcText.Network(net) : default,
        Disks = Text("diskstats") is { } disks ? ProcText.Disks(disks) : default,
    };

    private string? Text(string name) => Path.Combine(procRoot, name) is var path && File.Exists(path) ? File.ReadAllText(path) : null;

    /// <summary>Used against used and available, as df counts: what is reserved for the superuser is neither.</summary>
    private static double? DiskUsedPercent(DriveInfo drive)
    {
        var used = drive.TotalSize - drive.TotalFreeSpace;
        var usable = used + drive.AvailableFreeSpace;
        return usable > 0 ? 100.0 * used / usable : null;
    }
}
