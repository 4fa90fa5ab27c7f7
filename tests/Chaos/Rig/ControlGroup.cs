using System.Globalization;

namespace NexusActors.Chaos.Rig;

/// <summary>A control group (version 1) of one resource, for a process whose share of it is to be small.</summary>
internal sealed class ControlGroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup";
    private readonly string _folder;

    private ControlGroup(string resource) => _folder = Directory.CreateDirectory(Path.Combine(Root, resource, $"nexus-chaos-{Guid.NewGuid():N}")).FullName;

    /// <summary>Why there are none here; null when there are.</summary>
    public static string? Missing => Directory.Exists($"{Root}/cpu") && Directory.Exists($"{Root}/memory") ? null : $"control groups of version 1 for CPU and memory are not mounted at {Root}";

    /// <summary>That share of one core.</summary>
    public static ControlGroup OfCpu(double share)
    {
        const int PeriodMicroseconds = 100_000;
        var group = new ControlGroup("cpu");
        group.Set("cpu.cfs_period_us", PeriodMicroseconds);
        group.Set("cpu.cfs_quota_us", (long)(PeriodMicroseconds * share));
        return group;
    }

    /// <summary>That much memory.</summary>
    public static ControlGroup OfMemory(long bytes)
    {
        var group = new ControlGroup("memory");
        group.Set("memory.limit_in_bytes", bytes);
        return group;
    }

    /// <summary>Starts a program within.</summary>
    public string[] Enter => ["/bin/sh", "-c", "echo $$ >\"$0\" && exec \"$@\"", Path.Combine(_folder, "cgroup.procs")];

    /// <summary>Moves a process into it with all its threads.</summary>
    public void Take(int process) => Set("cgroup.procs", process);

    /// <summary>In how many periods of a tenth of a second its processes had to wait for CPU, of how many.</summary>
    public string Throttled
    {
        get
        {
            var counts = File.ReadLines(Path.Combine(_folder, "cpu.stat")).Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1]);
            return $"{counts["nr_throttled"]} of {counts["nr_periods"]} tenths of a second";
        }
    }

    /// <summary>The most memory that was used in it.</summary>
    public long MemoryMax => long.Parse(File.ReadAllText(Path.Combine(_folder, "memory.max_usage_in_bytes")), CultureInfo.InvariantCulture);

    /// <summary>How often the limit of memory was reached.</summary>
    public long MemoryLimitReached => long.Parse(File.ReadAllText(Path.Combine(_folder, "memory.failcnt")), CultureInfo.InvariantCulture);

    /// <summary>Gives its processes back to everybody's group and removes it.</summary>
    public void Dispose()
    {
        foreach (var process in File.ReadAllLines(Path.Combine(_folder, "cgroup.procs"))) { File.WriteAllText(Path.Combine(Path.GetDirectoryName(_folder)!, "cgroup.procs"), process); }
        Directory.Delete(_folder);
    }

    private void Set(string name, long value) => File.WriteAllText(Path.Combine(_folder, name), value.ToString(CultureInfo.InvariantCulture));
}
