namespace NexusActors.Processes;

/// <summary>The built Silo program as one silo of a cluster, on ports of its own.</summary>
public sealed class ClusterSiloProcess : ProductProcess
{
    private ClusterSiloProcess(string folder, int[] ports, IEnumerable<string> settings) : base(SiloProcess.Assembly, folder, new($"http://127.0.0.1:{ports[2]}/"),
        ["--Nexus:Mode=Cluster", $"--Nexus:Silo:SiloPort={ports[0]}", $"--Nexus:Silo:GatewayPort={ports[1]}", $"--Nexus:Silo:OperationsPort={ports[2]}", .. settings], environment: null) =>
        (SiloPort, Operations) = (ports[0], new($"http://127.0.0.1:{ports[2]}/"));

    /// <summary>The port under which its cluster knows it.</summary>
    public int SiloPort { get; }

    /// <summary>Where its probes and metrics are.</summary>
    public Uri Operations { get; }

    /// <summary>Starts it without waiting for anything.</summary>
    public static ClusterSiloProcess Launch(string folder, IEnumerable<string> settings) => new(folder, SiloPlace.FreePorts(3), settings);
}

/// <summary>The built Gateway program, on ports of its own.</summary>
public sealed class GatewayProcess : ProductProcess
{
    private GatewayProcess(string folder, int[] ports, IEnumerable<string> settings) : base(BuildFact("GatewayAssembly"), folder, new($"http://127.0.0.1:{ports[0]}/"),
        [$"--Nexus:Gateway:CoordinationPort={ports[0]}", $"--Nexus:Gateway:LearningPort={ports[1]}", $"--Nexus:Gateway:OptimizationPort={ports[2]}", .. settings], environment: null) =>
        (Coordination, Learning, Optimization) = (new($"http://127.0.0.1:{ports[0]}/"), new($"http://127.0.0.1:{ports[1]}/"), new($"http://127.0.0.1:{ports[2]}/"));

    /// <summary>Base address of the coordinator.</summary>
    public Uri Coordination { get; }

    /// <summary>Base address of the learning engine.</summary>
    public Uri Learning { get; }

    /// <summary>Base address of the optimizer.</summary>
    public Uri Optimization { get; }

    /// <summary>Starts it without waiting for anything.</summary>
    public static GatewayProcess Launch(string folder, IEnumerable<string> settings) => new(folder, SiloPlace.FreePorts(3), settings);
}
