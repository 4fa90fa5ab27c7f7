using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace NexusActors.Hosting;

/// <summary>Finds every fault of the configuration before anything starts.</summary>
/// <param name="catalog">What can be set.</param>
/// <param name="configuration">What was set.</param>
/// <param name="legacy">The part of it that came under old names.</param>
/// <param name="services">Where the options are.</param>
internal sealed class SettingsCheck(SettingsCatalog catalog, IConfiguration configuration, LegacyEnvironment legacy, IServiceProvider services)
{
    /// <summary>Values of the wrong form, names that no setting has, values out of range, and relations that do not hold. One line each.</summary>
    public ImmutableArray<string> Faults()
    {
        var faults = legacy.Faults.ToImmutableArray().ToBuilder();
        var unreadable = new HashSet<string>();
        foreach (var (key, value) in configuration.GetSection("Nexus").AsEnumerable().Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (catalog.Find(key) is not { } setting)
            {
                if (!catalog.IsElsewhere(key)) { faults.Add($"{key} is not a setting.{Nearest(key, catalog.All.Select(known => known.Key))}"); }
            }
            else if (setting.FaultOf(value!) is { } fault)
            {
                faults.Add(fault);
                unreadable.Add(setting.Section);
            }
        }
        foreach (var (section, options) in catalog.Sections.Where(room => !unreadable.Contains(room.Section)))
        {
            faults.AddRange(Validate(section, options));
        }
        return faults.ToImmutable();
    }

    private IEnumerable<string> Validate(string section, Type type)
    {
        try
        {
            _ = ((IOptions<object>)services.GetRequiredService(typeof(IOptions<>).MakeGenericType(type))).Value;
            return [];
        }
        catch (OptionsValidationException invalid)
        {
            // Options that take a default from others fail with those; the fault is told once, where it is.
            return invalid.OptionsType == type ? invalid.Failures.Select(failure => Line(section, type, failure)) : [];
        }
    }

    // "Property SiloPort: must …" and "SiloPort: The field SiloOptions.SiloPort must …" both become "Nexus:Silo:SiloPort = "x": must …".
    private string Line(string section, Type type, string failure)
    {
        var text = failure.StartsWith("Property ", StringComparison.Ordinal) ? failure["Property ".Length..] : failure;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || text.AsSpan(0, colon).Contains(' ')) { return $"{section}: {text}"; }
        var name = text[..colon];
        var rest = text[(colon + 1)..].Trim()
            .Replace($"The field {type.Name}.{name} ", "", StringComparison.Ordinal)
            .Replace($"The {type.Name}.{name} field ", "", StringComparison.Ordinal);
        var key = $"{section}:{name}";
        if (configuration[key] is not { } value) { return $"{key}: {rest}"; }
        return $"{key} = {catalog.Find(key)?.Show(value) ?? $"\"{value}\""}{(legacy.VariableOf(key, value) is { } variable ? $" (from {variable})" : "")}: {rest}";
    }

    private static string Nearest(string key, IEnumerable<string> names)
    {
        var (best, distance) = names.Select(name => (name, Edits(key.ToUpperInvariant(), name.ToUpperInvariant()))).MinBy(pair => pair.Item2);
        return distance <= 3 ? $" Did you mean {best}?" : " --help lists them.";
    }

    // Letters to add, drop or change until one word is the other (Levenshtein).
    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j - 1], row[j]) + 1);
            }
        }
        return row[^1];
    }
}
