using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace NexusActors.Benchmarks;

/// <summary>The product as its users start it, on a data folder of its own that is deleted afterwards.</summary>
internal sealed class Product : IDisposable
{
    /// <summary>Two scrapes within 0.3 s are one: the exporter keeps its text that long.</summary>
    private static readonly TimeSpan QuietLook = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan QuietWithin = TimeSpan.FromSeconds(60);
    private readonly int[] _ports = ServerProcess.FreePorts(3);

    public Product(Settings settings)
    {
        Folder = Path.Combine(settings.Scratch, $"nexus-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Folder);
        Server = Start();
    }

    public string Folder { get; }

    public ServerProcess Server { get; private set; }

    public Uri Coordination => new($"http://127.0.0.1:{_ports[0]}/");

    public Uri Learning => new($"http://127.0.0.1:{_ports[1]}/");

    /// <summary>Bytes on disk.</summary>
    public long FolderBytes => new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>Ends it, in order or with kill -9, and starts it again on the same data.</summary>
    /// <returns>From the start of the new process until it says that it is ready.</returns>
    public TimeSpan Restart(bool kill)
    {
        if (kill)
        {
            Server.Kill();
        }
        else
        {
            Server.Stop();
        }
        Server.Dispose();
        Server = Start();
        return Server.Age;
    }

    /// <summary>Registers pulling agents that can do what the load asks for.</summary>
    public void Register(IEnumerable<string> agents, int capacity = 1_000_000)
    {
        using var connection = new HttpConnection(Coordination);
        foreach (var agent in agents)
        {
            connection.CallOk(Requests.Post("/agents", string.Create(CultureInfo.InvariantCulture,
                $$"""{"id":"{{agent}}","agent_type":"qa_automation","name":"{{agent}}","capabilities":["testing"],"max_capacity":{{capacity}},"mode":"pull"}""")));
        }
    }

    /// <summary>A value of /metrics, summed over its labels; NaN where there is none.</summary>
    public double Metric(string name)
    {
        using var connection = new HttpConnection(Coordination);
        var lines = Encoding.UTF8.GetString(connection.CallOk(Requests.Get("/metrics")).Span).Split('\n');
        var values = lines.Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is '{' or ' ')
            .Select(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture)).ToArray();
        return values.Length == 0 ? double.NaN : values.Sum();
    }

    /// <summary>Waits until what is on its way has arrived: nothing waits for the ledger's writer and between two looks nothing was committed.</summary>
    public void WaitUntilQuiet()
    {
        var began = Stopwatch.GetTimestamp();
        for (var before = double.NaN; ;)
        {
            var now = Metric("nexus_ledger_commits_total");
            if (Metric("nexus_ledger_queue_depth") == 0 && now == before) { return; }
            if (Stopwatch.GetElapsedTime(began) > QuietWithin) { throw new TimeoutException($"the service still writes {QuietWithin.TotalSeconds:F0} s after the last call"); }
            before = now;
            Thread.Sleep(QuietLook);
        }
    }

    public void Dispose()
    {
        Server.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private ServerProcess Start() => ServerProcess.Start(
        BuildFacts.SiloAssembly,
        [
            $"--Nexus:Silo:DataFolder={Folder}",
            $"--Nexus:Gateway:CoordinationPort={_ports[0]}",
            $"--Nexus:Gateway:LearningPort={_ports[1]}",
            $"--Nexus:Gateway:OptimizationPort={_ports[2]}",
        ],
        Folder,
        new Uri(Coordination, "readyz"));
}
