using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Optimization;

/// <summary>Settings of the optimizer, <c>Nexus:Optimization</c>.</summary>
public sealed class OptimizationOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Optimization";

    /// <summary>Span over which metrics are summed up.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>Whether each silo watches the machine that it runs on. Default true. Also <c>MONITORING_ENABLED</c>.</summary>
    public bool MonitoringEnabled { get; set; } = true;

    /// <summary>Time between two samples of the machine. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")] public TimeSpan SamplingPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Name of this machine among the instances of service <c>system</c>. Default: its host name.</summary>
    [StringLength(200, MinimumLength = 1)] public string? Instance { get; set; }

    /// <summary>A folder of the file system whose fill level is watched. Default <c>/</c>; the host sets its data folder.</summary>
    [Required] public string DiskPath { get; set; } = "/";

    /// <summary>Used share from which a component is in state <c>warning</c>, per cent. Default 80.</summary>
    [Range(0.0, 100.0)] public double WarningPercent { get; set; } = 80;

    /// <summary>Used share from which a component is in state <c>critical</c>, per cent. Default 95.</summary>
    [Range(0.0, 100.0)] public double CriticalPercent { get; set; } = 95;

    internal string InstanceName => Instance ?? Environment.MachineName;
}

[OptionsValidator]
internal sealed partial class OptimizationOptionsFieldValidator : IValidateOptions<OptimizationOptions>;

internal sealed class OptimizationOptionsValidator : IValidateOptions<OptimizationOptions>
{
    public ValidateOptionsResult Validate(string? name, OptimizationOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (options.WarningPercent >= options.CriticalPercent) { failures.AddError("must be below CriticalPercent", nameof(options.WarningPercent)); }
        return failures.Build();
    }
}
