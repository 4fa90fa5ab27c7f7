using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Optimization;

/// <summary>
/// Reads the texts that Linux shows under /proc. A text without the expected line gives null or an empty list; a line whose numbers are damaged throws
/// <see cref="FormatException"/> or <see cref="IndexOutOfRangeException"/>.
/// </summary>
internal static class ProcText
{
    private const int SectorBytes = 512;

    /// <summary>/proc/stat: clock ticks of all cores together. Guest time is part of user time already.</summary>
    public static CpuTicks? Cpu(string stat)
    {
        foreach (var line in stat.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith("cpu ", StringComparison.Ordinal)) { continue; }
            var fields = Fields(line.ToString());
            long total = 0;
            for (var i = 1; i < Math.Min(fields.Length, 9); i++) { total += Number(fields[i]); }
            var idle = Number(fields[4]) + (fields.Length > 5 ? Number(fields[5]) : 0);
            return new(total - idle, total);
        }

        return null;
    }

    /// <summary>/proc/meminfo: per cent of memory that is not available to new work.</summary>
    public static double? MemoryUsedPercent(string meminfo)
    {
        long? total = null, available = null;
        foreach (var line in meminfo.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal)) { total = Number(Fields(line.ToString())[1]); }
            else if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)) { available = Number(Fields(line.ToString())[1]); }
        }

        return total is > 0 && available is { } free ? Math.Clamp(100.0 * (total.Value - free) / total.Value, 0, 100) : null;
    }

    /// <summary>/proc/net/dev: bytes received and sent by each interface but loopback.</summary>
    public static ImmutableArray<ByteCounter> Network(string netDev)
    {
        var counters = ImmutableArray.CreateBuilder<ByteCounter>();
        foreach (var line in netDev.AsSpan().EnumerateLines())
        {
            // The counters may follow the colon without a space.
            if (line.IndexOf(':') is not (> 0 and var colon)) { continue; }
            var name = line[..colon].Trim().ToString();
            if (name == "lo") { continue; }
            var fields = Fields(line[(colon + 1)..].ToString());
            counters.Add(new(name, Number(fields[0]), Number(fields[8])));
        }

        return counters.ToImmutable();
    }

    /// <summary>
    /// /proc/diskstats: bytes read from and written to each whole disk. Partitions, and devices that stand on others (loop, RAM, device mapper, RAID),
    /// would count the same bytes twice and are left out.
    /// </summary>
    public static ImmutableArray<ByteCounter> Disks(string diskstats)
    {
        var all = new List<ByteCounter>();
        foreach (var line in diskstats.AsSpan().EnumerateLines())
        {
            var fields = Fields(line.ToString());
            if (fields.Length < 10 || IsStacked(fields[2])) { continue; }
            all.Add(new(fields[2], Number(fields[5]) * SectorBytes, Number(fields[9]) * SectorBytes));
        }

        return [.. all.Where(disk => !all.Exists(whole => IsPartition(disk.Name, whole.Name)))];
    }

    /// <summary>/proc/loadavg: the mean over the last minute.</summary>
    public static double? LoadAverage(string loadavg) =>
        Fields(loadavg) is [var first, ..] ? double.Parse(first, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : null;

    private static bool IsStacked(string name) =>
        name.StartsWith("loop", StringComparison.Ordinal) || name.StartsWith("ram", StringComparison.Ordinal) || name.StartsWith("zram", StringComparison.Ordinal)
        || name.StartsWith("dm-", StringComparison.Ordinal) || name.StartsWith("md", StringComparison.Ordinal);

    /// <summary>sda1 of sda; nvme0n1p2 of nvme0n1 (a disk whose name ends in a digit puts a p before the partition's number).</summary>
    private static bool IsPartition(string name, string whole)
    {
        if (name.Length <= whole.Length || !name.StartsWith(whole, StringComparison.Ordinal)) { return false; }
        var rest = name.AsSpan(whole.Length);
        if (char.IsAsciiDigit(whole[^1]))
        {
            if (rest[0] != 'p') { return false; }
            rest = rest[1..];
        }

        return rest.Length > 0 && !rest.ContainsAnyExceptInRange('0', '9');
    }

    private static string[] Fields(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
