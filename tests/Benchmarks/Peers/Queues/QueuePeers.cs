using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using NexusActors.Servers;
using Npgsql;
using StackExchange.Redis;

namespace NexusActors.Benchmarks;

/// <summary>Installs queue products into a folder of their own, which is deleted in the end, and runs them on private servers with everything acknowledged on disk.</summary>
internal sealed class QueuePeers(Settings settings) : IDisposable
{
    private const string Started = "started";
    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RunTime = TimeSpan.FromMinutes(3);
    private static readonly string Sources = Path.Combine(BuildFacts.Repository, "tests", "Benchmarks", "Peers", "Queues");
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(settings.Scratch, $"nexus-peers-{Guid.NewGuid():N}")).FullName;
    private string? _python;

    /// <summary>The packages pin a Node.js for the usual platform; elsewhere it is the system's.</summary>
    private string Node => Path.Combine(_folder, "node_modules", ".bin", "node") is var pinned && File.Exists(pinned) ? pinned : "node";

    /// <summary>Installs what can be had.</summary>
    /// <param name="missing">Told what cannot, and why.</param>
    public IReadOnlyList<QueuePeer> Install(Action<string> missing)
    {
        var installed = new List<QueuePeer>();
        foreach (var file in Directory.EnumerateFiles(Sources).Where(file => Path.GetExtension(file) is ".mjs" or ".json" or ".py")) { File.Copy(file, Path.Combine(_folder, Path.GetFileName(file))); }
        try
        {
            PeerProgram.Run(_folder, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], InstallTime);
            installed.AddRange(QueuePeer.OfNode);
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException)
        {
            missing($"{string.Join(", ", QueuePeer.OfNode.Select(peer => peer.Name))}: npm could not install them. {fault.Message}");
        }
        if ((FindPython() ?? (InstallCelery(missing) ? FindPython() : null)) is { } python)
        {
            _python = python;
            installed.Add(QueuePeer.Celery);
        }
        return installed;
    }

    /// <summary>Runs one peer on a server of its own.</summary>
    /// <exception cref="InvalidOperationException">It failed; says what it printed.</exception>
    public async Task<PeerRate> RunAsync(QueuePeer peer, int callers, int batch, int jobs)
    {
        if (peer.Database == PeerDatabase.Redis)
        {
            await using var redis = await RedisServer.StartPrivateAsync();
            await redis.SyncEveryWriteAsync();
            var options = ConfigurationOptions.Parse(redis.ConnectionString);
            return Run(peer, callers, batch, jobs, redis, $"redis://:{options.Password}@{options.EndPoints[0]}/0");
        }
        await using var postgres = await PostgresServer.StartPrivateAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        var to = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return Run(peer, callers, batch, jobs, postgres, $"postgres://{to.Username}:{to.Password}@{to.Host}:{to.Port}/{to.Database}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private PeerRate Run(QueuePeer peer, int callers, int batch, int jobs, DataServer server, string url)
    {
        var (before, used) = (TimeSpan.Zero, TimeSpan.Zero);
        PeerRate? rate = null;
        string[] sizes = ["--callers", Text(callers), "--batch", Text(batch), "--jobs", Text(jobs)];
        var (program, arguments) = peer == QueuePeer.Celery ? (_python!, new[] { "celery_peer.py" }) : (Node, ["run.mjs", peer.Name]);
        PeerProgram.Run(_folder, program, [.. arguments, .. sizes], RunTime, new() { ["PEER_URL"] = url }, line =>
        {
            if (line == Started) { before = server.Cpu; }
            else if (line.StartsWith('{'))
            {
                used = server.Cpu - before;
                rate = JsonSerializer.Deserialize<PeerRate>(line, Json);
            }
        });
        return rate is null ? throw new InvalidOperationException($"{peer.Name} printed no result") : rate with { DatabaseCpuUsPerJob = used.TotalMicroseconds / jobs };
    }

    private string? FindPython() => Array.Find(["/usr/bin/python3", "python3"], HasCelery);

    private bool InstallCelery(Action<string> missing)
    {
        try
        {
            PeerProgram.Run(_folder, Path.Combine(BuildFacts.Repository, "scripts", "install-servers"), ["celery"], InstallTime);
            return true;
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException)
        {
            missing($"celery: no Python here has it. {fault.Message}");
            return false;
        }
    }

    private bool HasCelery(string python)
    {
        try
        {
            PeerProgram.Run(_folder, python, ["-c", "import celery, redis"], InstallTime);
            return true;
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
