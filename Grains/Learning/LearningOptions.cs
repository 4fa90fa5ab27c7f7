using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Learning;

/// <summary>Settings of the learning engine, <c>Nexus:Learning</c>.</summary>
public sealed class LearningOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Learning";

    /// <summary>Step of learning, above 0, at most 1. Default 0.1. Also <c>LEARNING_RATE</c>.</summary>
    [Range(1e-9, 1)] public double LearningRate { get; set; } = 0.1;

    /// <summary>Confidence from which an adaptation is made, 0–1. Default 0.8. Also <c>ADAPTATION_THRESHOLD</c>.</summary>
    [Range(0.0, 1.0)] public double AdaptationThreshold { get; set; } = 0.8;

    /// <summary>A stream with new experiences is trained again at least so often, 1 minute to 1 year. It is trained sooner when it has twice as many, and when its world has changed. Default 24 h. Also <c>RETRAINING_INTERVAL</c> (hours).</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")] public TimeSpan RetrainingInterval { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often streams are looked at for new experiences, 0.1 s to 1 h. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")] public TimeSpan FollowPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Newest experiences of a stream that a training learns from, 1,000 to 1,000,000. Default 100,000.</summary>
    [Range(1_000, 1_000_000)] public int TrainingExperiencesMax { get; set; } = 100_000;

    /// <summary>After so long what an agent did counts half in what is expected of it, 1 h to 10 years. Default 14 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")] public TimeSpan FitHalfLife { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Share of its time that a silo spends on trainings which nobody asked for, and as much again on inductions of rules, 0.001–1. Default 0.05.</summary>
    [Range(0.001, 1.0)] public double BackgroundShare { get; set; } = 0.05;

    /// <summary>Probability with which prediction intervals and sets hold the truth, 0.5–0.99. Default 0.9.</summary>
    [Range(0.5, 0.99)] public double PredictionCoverage { get; set; } = 0.9;

    /// <summary>How long a strategic plan is searched for where the request does not say; a plan that is proven to be the shortest is ready sooner. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")] public TimeSpan PlanSearch { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Seed of the chance with which policies try actions; the same seed gives the same choices. Default: from the system.</summary>
    public int? ExplorationSeed { get; set; }
}

[OptionsValidator]
internal sealed partial class LearningOptionsFieldValidator : IValidateOptions<LearningOptions>;
