using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Ledger;

/// <summary>How long facts are kept that need not be kept for ever (<c>Nexus:Ledger</c>).</summary>
internal sealed class RetentionOptions
{
    /// <summary>Where the settings are read from.</summary>
    public const string Section = "Nexus:Ledger";

    /// <summary>Shortest time that makes sense: streams are resumed and submissions repeated later than one thinks.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromHours(1);

    /// <summary>How long the events of a task are kept after its end, and other events after they happened; at least 1 h. 0: for ever. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")] public TimeSpan EventRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long an Idempotency-Key and its answer are kept; at least 1 h. 0: for ever. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")] public TimeSpan OperationRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long experiences are kept after they happened; at least 1 h. What was learned from them stays until the next training. 0: for ever. Default 0.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")] public TimeSpan ExperienceRetention { get; set; } = TimeSpan.Zero;
}

/// <summary>Checks each field of <see cref="RetentionOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class RetentionOptionsFieldValidator : IValidateOptions<RetentionOptions>;

/// <summary>Keeps a short time from being given by mistake.</summary>
internal sealed class RetentionOptionsValidator : IValidateOptions<RetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, RetentionOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        Check(options.EventRetention, nameof(options.EventRetention));
        Check(options.OperationRetention, nameof(options.OperationRetention));
        Check(options.ExperienceRetention, nameof(options.ExperienceRetention));
        return failures.Build();

        void Check(TimeSpan kept, string member)
        {
            if (kept != TimeSpan.Zero && kept < RetentionOptions.Shortest) { failures.AddError("must be 0 (for ever) or at least 1 hour", member); }
        }
    }
}
