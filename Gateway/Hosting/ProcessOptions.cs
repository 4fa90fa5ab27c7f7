namespace NexusActors.Hosting;

/// <summary>What runs in this process.</summary>
public enum HostingMode
{
    /// <summary>Everything in one process, facts in a SQLite file; needs no server.</summary>
    Embedded,
    /// <summary>Silos and gateways as processes of their own: facts and membership in PostgreSQL, grain state that can be rebuilt in Redis.</summary>
    Cluster,
}

/// <summary>How the log is written to the console.</summary>
public enum LogFormat
{
    /// <summary>One line of text per entry, for people.</summary>
    Text,
    /// <summary>One JSON object per entry, for collectors.</summary>
    Json,
}

/// <summary>Settings of the process as a whole: <c>Nexus</c>.</summary>
public sealed class ProcessOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus";

    /// <summary>Whether one process is everything, or silos and gateways share servers. In cluster mode the connection strings of PostgreSQL and Redis are required. Default Embedded; a gateway started on its own: Cluster.</summary>
    public HostingMode Mode { get; set; } = HostingMode.Embedded;
}

