namespace NexusActors.Benchmarks;

/// <summary>Where a peer keeps its jobs.</summary>
internal enum PeerDatabase
{
    /// <summary>PostgreSQL with <c>fsync</c> and <c>synchronous_commit</c> on, as ours.</summary>
    Postgres,
    /// <summary>Redis with <c>appendfsync always</c>.</summary>
    Redis,
}

/// <summary>A queue product that P1 is compared with.</summary>
/// <param name="Name">Its module in this folder.</param>
/// <param name="Database">Where it keeps its jobs.</param>
/// <param name="Ones">Jobs of a run with one call per step.</param>
/// <param name="Many">Jobs of a run in batches; 0: it has none.</param>
internal sealed record QueuePeer(string Name, PeerDatabase Database, int Ones, int Many)
{
    /// <summary>The one in Python; its own processes, not its callers, are what limits it.</summary>
    public static readonly QueuePeer Celery = new("celery", PeerDatabase.Redis, 4_000, 0);

    public static readonly QueuePeer[] OfNode =
    [
        new("bullmq", PeerDatabase.Redis, 20_000, 60_000),
        new("graphile-worker", PeerDatabase.Postgres, 4_000, 100_000),
        new("pg-boss", PeerDatabase.Postgres, 4_000, 100_000),
    ];
}

/// <summary>What a run of a peer came to, as its program prints it.</summary>
/// <param name="Peer">Which.</param>
/// <param name="Version">Of the product.</param>
/// <param name="Runtime">What ran it.</param>
/// <param name="Keeps">What it remembers of a completed job.</param>
/// <param name="Callers">Callers, and workers.</param>
/// <param name="Batch">Jobs per call; 1: one call per step.</param>
/// <param name="Jobs">How many lives.</param>
/// <param name="Seconds">From the first submit until the last completion.</param>
/// <param name="PerSecond">Lives per second.</param>
/// <param name="ClientCpuUsPerJob">CPU of its own code, callers and workers together.</param>
internal sealed record PeerRate(string Peer, string Version, string Runtime, string Keeps, int Callers, int Batch, int Jobs, double Seconds, double PerSecond, double ClientCpuUsPerJob)
{
    /// <summary>CPU of its database.</summary>
    public double DatabaseCpuUsPerJob { get; init; } = double.NaN;
}
