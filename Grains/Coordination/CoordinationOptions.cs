using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Coordination;

/// <summary>Settings of coordination (<c>Nexus:Coordination</c>).</summary>
public sealed class CoordinationOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Coordination";

    /// <summary>Lease time: silence of a pulling agent after which a task is taken from it. Default 30 s. A task may say otherwise.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "1.00:00:00")] public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence after which an agent becomes inactive and its passive work goes back. Default 120 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")] public TimeSpan AgentSilenceLimit { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>How often silent agents are looked for. Default 5 s; at most half of <see cref="AgentSilenceLimit"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")] public TimeSpan SilenceCheckPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Further attempts after a first failure, where the task does not say. Default 3. Legacy name MAX_TASK_RETRIES.</summary>
    [Range(0, 1000)] public int MaxTaskRetries { get; set; } = 3;

    /// <summary>Leases that may be lost to dead workers before a task fails, where the task does not say. Default 10.</summary>
    [Range(0, 1000)] public int MaxWorkerLosses { get; set; } = 10;

    /// <summary>Longest run of one attempt, where the task does not say. Default 1 h. Legacy name TASK_TIMEOUT (seconds).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")] public TimeSpan TaskTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Longest pause between two rounds of assignment when nothing happens; rounds are made at once when something does. Default 5 s. Legacy name COORDINATION_INTERVAL (seconds).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")] public TimeSpan CoordinationInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A waiting task rises one priority level each such step, so that none starves. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")] public TimeSpan AgeingStep { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Where a task without a deadline stands among those with one: as if wanted this long after it became ready. Default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")] public TimeSpan ImpliedSlack { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// What is learned of agents, and adaptation rules, decide which passive agent gets a task: <c>Off</c>, <c>Shadow</c> (the least loaded gets it; the explanation and metrics tell who would have), <c>On</c>. Default <c>Shadow</c>.
    /// </summary>
    public FitMode Fit { get; set; } = FitMode.Shadow;

    /// <summary>Seed of the jitter of retries; the same seed gives the same delays. Default: from the system.</summary>
    public int? Seed { get; set; }
}

/// <summary>Whether what is learned of agents decides.</summary>
public enum FitMode
{
    /// <summary>No.</summary>
    Off = 0,
    /// <summary>No, but it is told what it would have decided.</summary>
    Shadow = 1,
    /// <summary>Yes.</summary>
    On = 2,
}

[OptionsValidator]
internal sealed partial class CoordinationOptionsFieldValidator : IValidateOptions<CoordinationOptions>;

/// <summary>Relations between settings.</summary>
internal sealed class CoordinationOptionsValidator : IValidateOptions<CoordinationOptions>
{
    public ValidateOptionsResult Validate(string? name, CoordinationOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (options.SilenceCheckPeriod * 2 > options.AgentSilenceLimit)
        {
            failures.AddError($"must be at most half of AgentSilenceLimit ({options.AgentSilenceLimit})", nameof(options.SilenceCheckPeriod));
        }
        return failures.Build();
    }
}
