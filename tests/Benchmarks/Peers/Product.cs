using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace NexusActors.Benchmarks;

/// <summary>The product as its users start it, on data of its own that are deleted afterwards.</summary>
internal abstract class Product : IDisposable
{
    /// <summary>Two scrapes within 0.3 s are one: the exporter keeps its text that long.</summary>
    private static readonly TimeSpan QuietLook = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan QuietWithin = TimeSpan.FromSeconds(60);

    /// <summary>Address of the coordinator.</summary>
    public abstract Uri Coordination { get; }

    /// <summary>Address of the learning engine.</summary>
    public abstract Uri Learning { get; }

    /// <summary>CPU time of its processes so far, user and system; databases are not among them.</summary>
    public abstract TimeSpan Cpu { get; }

    /// <summary>CPU time of its databases so far; null where it has none of their own.</summary>
    public virtual TimeSpan? DatabaseCpu => null;

    /// <summary>Resident memory of its processes in bytes.</summary>
    public abstract long Resident { get; }

    /// <summary>Time since it was started last.</summary>
    public abstract TimeSpan Age { get; }

    /// <summary>Bytes of its facts on disk.</summary>
    public abstract long StoredBytes { get; }

    /// <summary>Where metrics of the ledger and of the heap are read.</summary>
    protected abstract IEnumerable<Uri> Metrics { get; }

    /// <summary>Starts it as the command line says.</summary>
    public static Product Start(Settings settings)
    {
        Product product = settings.Mode == Mode.Cluster ? new ClusterProduct(settings) : new EmbeddedProduct(settings);
        if (settings.Partitions > 1) { product.Divide(settings.Partitions); }
        return product;
    }

    /// <summary>Whether its default queue is divided.</summary>
    public bool IsDivided { get; private set; }

    private void Divide(int partitions)
    {
        using var connection = new HttpConnection(Coordination);
        connection.CallOk(Requests.Put("/queues/default", string.Create(CultureInfo.InvariantCulture, $$"""{"partitions":{{partitions}}}""")));
        IsDivided = true;
    }

    /// <summary>Ends it, in order or with kill -9, and starts it again on the same data.</summary>
    /// <returns>From the start of the new process until it says that it is ready.</returns>
    public abstract TimeSpan Restart(bool kill);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Registers pulling agents that can do what the load asks for.</summary>
    public void Register(IEnumerable<string> agents, int capacity = 1_000_000, string queue = "default")
    {
        using var connection = new HttpConnection(Coordination);
        foreach (var agent in agents)
        {
            connection.CallOk(Requests.Post("/agents", string.Create(CultureInfo.InvariantCulture,
                $$"""{"id":"{{agent}}","agent_type":"qa_automation","name":"{{agent}}","capabilities":["testing"],"max_capacity":{{capacity}},"mode":"pull","queues":["{{queue}}"]}""")));
        }
    }

    /// <summary>A value of /metrics, summed over its labels and over processes; NaN where there is none.</summary>
    public double Metric(string name) => MetricOfEach(name).Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Sum();

    /// <summary>As <see cref="Metric"/>, for each process.</summary>
    public double[] MetricOfEach(string name)
    {
        return [.. Metrics.Select(Value)];

        double Value(Uri address) => Lines(address).Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is '{' or ' ')
            .Select(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture)).DefaultIfEmpty(double.NaN).Sum();

        static string[] Lines(Uri address)
        {
            using var connection = new HttpConnection(address);
            return Encoding.UTF8.GetString(connection.CallOk(Requests.Get("/metrics")).Span).Split('\n');
        }
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
}
