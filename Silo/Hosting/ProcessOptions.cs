using Microsoft.Extensions.Options;

namespace NexusActors.Hosting;

/// <summary>What runs in this process.</summary>
public enum HostingMode
{
    /// <summary>Everything in one process, facts in a SQLite file; needs no server.</summary>
    Embedded,
    /// <summary>Many silos and gateways on shared servers; not available in this version.</summary>
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

    /// <summary>What runs in this process.</summary>
    public HostingMode Mode { get; set; } = HostingMode.Embedded;
}

internal sealed class ProcessOptionsValidator : IValidateOptions<ProcessOptions>
{
    public ValidateOptionsResult Validate(string? name, ProcessOptions options) => options.Mode == HostingMode.Embedded
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{nameof(options.Mode)}: not available in this version; use {HostingMode.Embedded}.");
}
