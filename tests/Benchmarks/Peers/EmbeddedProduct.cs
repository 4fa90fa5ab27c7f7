namespace NexusActors.Benchmarks;

/// <summary>One process with a data folder of its own.</summary>
internal sealed class EmbeddedProduct : Product
{
    private readonly int[] _ports = ServerProcess.FreePorts(3);
    private readonly string _folder;
    private ServerProcess _server;

    public EmbeddedProduct(Settings settings)
    {
        _folder = Path.Combine(settings.Scratch, $"nexus-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_folder);
        _server = Launch();
    }

    public override Uri Coordination => new($"http://127.0.0.1:{_ports[0]}/");

    public override Uri Learning => new($"http://127.0.0.1:{_ports[1]}/");

    public override TimeSpan Cpu => _server.Cpu;

    public override long Resident => _server.Resident;

    public override TimeSpan Age => _server.Age;

    public override long StoredBytes => new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    protected override IEnumerable<Uri> Metrics => [Coordination];

    public override TimeSpan Restart(bool kill)
    {
        _server.End(kill);
        _server.Dispose();
        _server = Launch();
        return _server.Age;
    }

    public override void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private ServerProcess Launch() => ServerProcess.Start(
        BuildFacts.SiloAssembly,
        [
            $"--Nexus:Silo:DataFolder={_folder}",
            $"--Nexus:Gateway:CoordinationPort={_ports[0]}",
            $"--Nexus:Gateway:LearningPort={_ports[1]}",
            $"--Nexus:Gateway:OptimizationPort={_ports[2]}",
        ],
        _folder,
        new Uri(Coordination, "readyz"));
}
