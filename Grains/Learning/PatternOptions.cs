using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Learning;

/// <summary>Settings of the search for patterns, <c>Nexus:Learning:Patterns</c>.</summary>
public sealed class PatternOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Learning:Patterns";

    /// <summary>Experiences in which patterns are looked for, the newest of the period. Default 100,000.</summary>
    [Range(100, 1_000_000)] public int ExperiencesMax { get; set; } = 100_000;

    /// <summary>Fewer experiences are answered with a message instead of patterns. Default 10.</summary>
    [Range(2, 10_000)] public int ExperiencesMin { get; set; } = 10;

    /// <summary>How long patterns are kept while no experience comes; the period moves on meanwhile. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")] public TimeSpan CacheTime { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class PatternOptionsFieldValidator : IValidateOptions<PatternOptions>;
