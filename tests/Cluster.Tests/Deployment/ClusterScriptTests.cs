using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NexusActors.Processes;

namespace NexusActors.Deployment;

/// <summary>scripts/cluster as a person uses it.</summary>
public sealed class ClusterScriptTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-cluster-").FullName;
    private readonly int _port = FreeBlock();

    public ClusterScriptTests()
    {
        // PostgreSQL may have to run as another user, who must get to its folder.
        if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute); }
    }

    [Fact]
    public async Task Cluster_SiloKilled_GoesOnAndStopsCleanly()
    {
        using var cluster = Start("start", "--port", _port.ToString(CultureInfo.InvariantCulture), "--built", Path.GetFileName(Path.GetDirectoryName(SiloProcess.Assembly)!));
        var said = await SaysAsync(cluster, "Ready in");
        var processes = Processes();
        Assert.Equal(["cluster", "gateway-1", "gateway-2", "postgres", "redis", "silo-1", "silo-2", "silo-3"], processes.Keys.Order());
        using var first = new HttpClient { BaseAddress = Gateway(1) };
        using var second = new HttpClient { BaseAddress = Gateway(2) };
        var task = new Uri("tasks/t-1", UriKind.Relative);

        using var submitted = await first.PostAsJsonAsync(new Uri("tasks", UriKind.Relative), new { id = "t-1", task_type = "testing", priority = 3, description = "d" });
        Assert.True(submitted.StatusCode == HttpStatusCode.OK, $"{await submitted.Content.ReadAsStringAsync()}\n{said}");
        Assert.Equal("t-1", (await second.GetFromJsonAsync<JsonElement>(task)).GetProperty("id").GetString());
        using (var silo = Process.GetProcessById(processes["silo-1"])) { silo.Kill(); }
        Assert.Contains("137", await SaysAsync(cluster, "silo-1 has ended"), StringComparison.Ordinal);
        await AnswersAsync(second, task);

        using var stop = Start("stop");
        Assert.Contains("stopped", await SaysAsync(stop, "stopped"), StringComparison.Ordinal);
        await stop.WaitForExitAsync();
        await cluster.WaitForExitAsync();

        Assert.Equal([0, 0], [stop.ExitCode, cluster.ExitCode]);
        Assert.All(processes, process => Assert.False(Directory.Exists($"/proc/{process.Value}"), process.Key));
    }

    [Fact]
    public async Task Arguments_Wrong_AreAnsweredWithTheUsage()
    {
        using var script = Start("start", "--silos", "99");
        var said = await script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync();

        Assert.Equal(2, script.ExitCode);
        Assert.Contains("--silos N", said, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (File.Exists(Path.Combine(_folder, "processes")))
        {
            using var stop = Start("stop");
            stop.WaitForExit();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private Uri Gateway(int number) => new($"http://127.0.0.1:{_port + (100 * (number - 1))}/");

    private Process Start(string command, params string[] arguments) => Process.Start(
        new ProcessStartInfo(Path.Combine(SiloProcess.Repository, "scripts", "cluster"), [command, "--data", _folder, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Names and ids of the processes.</summary>
    private Dictionary<string, int> Processes() =>
        File.ReadAllLines(Path.Combine(_folder, "processes")).Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture));

    /// <summary>Reads until a line begins like this.</summary>
    /// <returns>All that was read.</returns>
    private static async Task<string> SaysAsync(Process script, string beginning)
    {
        using var limit = new CancellationTokenSource(Patience);
        var said = "";
        while (await script.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            said += line + '\n';
            if (line.StartsWith(beginning, StringComparison.Ordinal)) { return said; }
        }
        throw new InvalidOperationException($"It ended before it said '{beginning}':\n{said}{await script.StandardError.ReadToEndAsync(limit.Token)}");
    }

    private static async Task AnswersAsync(HttpClient gateway, Uri path)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            using var answer = await gateway.GetAsync(path);
            if (answer.StatusCode == HttpStatusCode.OK) { return; }
            Assert.True(waited.Elapsed < Patience, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            await Task.Delay(100);
        }
    }

    /// <summary>A port after which there is room for all that the script derives from it.</summary>
    private static int FreeBlock()
    {
        const int Room = 110;
        while (true)
        {
            var first = SiloPlace.FreePorts(1)[0];
            if (SiloPlace.AreFree(Enumerable.Range(first, Room))) { return first; }
        }
    }
}
