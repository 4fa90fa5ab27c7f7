using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Learning;

/// <summary>Settings of the search for similar experiences, <c>Nexus:Learning:Neighbours</c>.</summary>
public sealed class NeighbourOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Learning:Neighbours";

    /// <summary>Experiences of a stream that are compared, the newest. Default 200,000.</summary>
    [Range(100, 5_000_000)] public int ExperiencesMax { get; set; } = 200_000;

    /// <summary>MiB that the experiences of a stream take in memory at most while they are asked for; of more, fewer are compared. Default 256.</summary>
    [Range(1, 16_384)] public int MemoryMaxMiB { get; set; } = 256;
}

[OptionsValidator]
internal sealed partial class NeighbourOptionsFieldValidator : IValidateOptions<NeighbourOptions>;
