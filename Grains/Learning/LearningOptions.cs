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
}

[OptionsValidator]
internal sealed partial class LearningOptionsFieldValidator : IValidateOptions<LearningOptions>;
