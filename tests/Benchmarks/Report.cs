using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace NexusActors.Benchmarks;

/// <summary>Prints what was measured as Markdown, and keeps it for the file.</summary>
internal sealed class Report(Settings settings)
{
    private readonly StringBuilder _text = new();

    public void Line(string line)
    {
        Console.WriteLine(line);
        _text.AppendLine(line);
    }

    /// <summary>Says on what it was measured.</summary>
    public void Heading()
    {
        Line($"# Benchmarks of {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC");
        Line("");
        Line($"Machine: {CpuModel()}, {Environment.ProcessorCount} cores shared by server and load generator, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}. Load at start {LoadAverage()}.");
        Line($"Commit: {Git("rev-parse", "--short", "HEAD")}{(Git("status", "--porcelain").Length > 0 ? " with local changes" : "")}. Build: {BuildKind()}. Seed: {settings.Seed}.");
        if (settings.Rows.Any(Settings.AllRows.Contains)) { Durability(); }
        Line("");
    }

    private void Durability() =>
        Line(settings.Mode == Mode.Cluster
            ? $"Durability: cluster mode, PostgreSQL with fsync=on, full_page_writes=on, synchronous_commit=on (the ledger refuses to start otherwise): every acknowledged change is on disk. Silos: as each table says, gateways: 1; PostgreSQL and Redis share the cores too, and their CPU is not in the server's."
            : "Durability: embedded mode, SQLite, journal_mode=WAL, synchronous=FULL (the ledger refuses to start otherwise): every acknowledged change is on disk. Temporary data folder.");

    /// <summary>One table; cells are formatted already.</summary>
    public void Table(string title, string[] columns, IEnumerable<string[]> rows)
    {
        Line($"## {title}");
        Line("");
        Line($"| {string.Join(" | ", columns)} |");
        Line($"|{string.Concat(Enumerable.Repeat("---|", columns.Length))}");
        foreach (var row in rows)
        {
            Line($"| {string.Join(" | ", row)} |");
        }
        Line("");
    }

    /// <summary>Progress, for the person who waits; not part of the report.</summary>
    public static void Progress(string what) => Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {what}");

    public void Save()
    {
        if (settings.Out is { } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "tables.md"), _text.ToString());
        }
    }

    public static string N(double number) => double.IsNaN(number) ? "–"
        : number.ToString(Math.Abs(number) switch { >= 100 => "N0", >= 10 => "N1", >= 1 => "N2", _ => "N3" }, CultureInfo.InvariantCulture);

    /// <summary>A share in percent.</summary>
    public static string P(double share) => double.IsFinite(share) ? share.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal) : "–";

    private static string BuildKind() => typeof(Report).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "unknown";

    private static string CpuModel() =>
        File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line ? line[(line.IndexOf(':') + 1)..].Trim() : RuntimeInformation.ProcessArchitecture.ToString();

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static string Git(params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = BuildFacts.Repository })!;
            var said = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? said : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}

/// <summary>Where things were built.</summary>
internal static class BuildFacts
{
    public static string SiloAssembly { get; } = Of("SiloAssembly");

    public static string GatewayAssembly { get; } = Of("GatewayAssembly");

    public static string Repository { get; } = Path.GetFullPath(Of("Repository"));

    private static string Of(string key) => typeof(BuildFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == key).Value!;
}
