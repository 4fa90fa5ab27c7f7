using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using NexusActors.Learning.Rules;

namespace NexusActors.Learning;

/// <summary>Settings of adaptation rules, <c>Nexus:Learning:Rules</c>.</summary>
public sealed class RuleOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Learning:Rules";

    /// <summary>Rules of a stream are induced anew at most so often, where enough experiences came; sooner where there are twice as many as before. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")] public TimeSpan InductionInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Newest experiences of a stream that rules are induced from. Default 20,000.</summary>
    [Range(1_000, 1_000_000)] public int ExperiencesMax { get; set; } = 20_000;

    /// <summary>Experiences of a stream that are needed, and that must have come since the last induction. Default 100.</summary>
    [Range(20, 1_000)] public int ExperiencesMin { get; set; } = 100;

    /// <summary>How often a rule must be right: the lower bound (95 %) of its precision for it to come into force; when the upper bound falls below, it retires. 0–1. Default 0.6.</summary>
    [Range(0.0, 1.0)] public double PrecisionMin { get; set; } = 0.6;

    /// <summary>How many times likelier than otherwise its outcome must be, by the same bounds. Default 1.2.</summary>
    [Range(1.0, 100.0)] public double LiftMin { get; set; } = 1.2;

    /// <summary>Newer experiences that must have met a rule's conditions before it comes into force or retires. Default 20.</summary>
    [Range(1, 100_000)] public int SupportMin { get; set; } = 20;

    /// <summary>Newer experiences after which a rule that has not come into force is given up. Default 10,000.</summary>
    [Range(100, 100_000_000)] public int WatchMax { get; set; } = 10_000;

    /// <summary>How often a silo writes down which rules were used; a crash loses what came since. 0.1 s to 1 h. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")] public TimeSpan UsagePeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How rules are induced: a rule of experiences covers more than one of a physical law.</summary>
    internal RuleSettings Induction => new() { PrecisionMin = PrecisionMin, LiftMin = LiftMin, SupportMin = 10, NetBitsMin = 10, RulesMax = 8 };

    internal RuleBar Bar => new(PrecisionMin, LiftMin, SupportMin, WatchMax);
}

[OptionsValidator]
internal sealed partial class RuleOptionsFieldValidator : IValidateOptions<RuleOptions>;
