using Microsoft.Extensions.Options;
using NexusActors.Learning.Privacy;

namespace NexusActors.Learning;

/// <summary>What may name a person, and is replaced by a pseudonym before it is stored with an experience or a decision (<c>Nexus:Learning:Privacy</c>). The same on every silo.</summary>
public sealed class PrivacyOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Learning:Privacy";

    /// <summary>Characters of the key at least.</summary>
    public const int KeyMin = 32;

    /// <summary>Members whose values are replaced, at any depth of context, action and outcome, with commas between them: names (<c>email</c>), paths (<c>customer.id</c>), with <c>*</c> for any characters (<c>*_email</c>). Default none.</summary>
    public string Fields { get; set; } = "";

    /// <summary>Regular expression of .NET; what matches is replaced wherever it stands in texts, names of members and tags. Matched in linear time: no look-around, no back-references. Default none.</summary>
    public string Pattern { get; set; } = "";

    /// <summary>Secret key of the pseudonyms, at least 32 characters; needed where there are fields or a pattern. With another key the same value gets another pseudonym. Default none.</summary>
    public string? Key { get; set; }

    /// <summary>The names, apart.</summary>
    internal string[] Names => Fields.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>As they are configured.</summary>
    internal Pseudonyms ToPseudonyms() => Fields.Length + Pattern.Length == 0 ? Pseudonyms.None : new(Names, Pattern, Key!);
}

/// <summary>Checks <see cref="PrivacyOptions"/>.</summary>
internal sealed class PrivacyOptionsValidator : IValidateOptions<PrivacyOptions>
{
    public ValidateOptionsResult Validate(string? name, PrivacyOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (options.Fields.Length + options.Pattern.Length > 0 && (options.Key?.Length ?? 0) < PrivacyOptions.KeyMin) { failures.AddError($"is needed where there are fields or a pattern, and has at least {PrivacyOptions.KeyMin} characters", nameof(options.Key)); }
        foreach (var field in options.Names.Where(field => field.Split('.').Any(string.IsNullOrWhiteSpace))) { failures.AddError($"'{field}' is not a name or a path of names with points", nameof(options.Fields)); }
        try { _ = new Pseudonyms([], options.Pattern, ""); }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException) { failures.AddError($"cannot be used: {fault.Message}", nameof(options.Pattern)); }
        return failures.Build();
    }
}
