using Microsoft.Extensions.Logging;

namespace NexusActors.Optimization;

/// <summary>What the optimization room logs.</summary>
internal static partial class OptimizationLog
{
    [LoggerMessage(3001, LogLevel.Information, "Watching this machine as {Target}, a sample each {Period}")]
    public static partial void SamplingStarted(ILogger logger, string target, TimeSpan period);

    [LoggerMessage(3002, LogLevel.Information, "This platform shows nothing under {Root}: the machine is not watched")]
    public static partial void SamplingUnsupported(ILogger logger, string root);

    [LoggerMessage(3003, LogLevel.Warning, "The machine could not be sampled; trying again each {Period}, and silent until it works")]
    public static partial void SamplingFailed(ILogger logger, Exception exception, TimeSpan period);

    [LoggerMessage(3004, LogLevel.Information, "The machine is sampled again after {Failures} failures")]
    public static partial void SamplingRecovered(ILogger logger, int failures);
}
