using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace NexusActors.Hosting;

/// <summary>Finds every fault of the configuration before anything starts.</summary>
internal static class SettingsCheck
{
    /// <summary>Values of the wrong form, names that no setting has, values out of range, and relations that do not hold. One line each.</summary>
    public static ImmutableArray<string> Faults(IConfiguration configuration, IServiceProvider services)
    {
        var known = SettingsCatalog.All.ToDictionary(setting => setting.Key, StringComparer.OrdinalIgnoreCase);
        var faults = ImmutableArray.CreateBuilder<string>();
        var unreadable = new HashSet<string>();
        foreach (var (key, value) in configuration.GetSection("Nexus").AsEnumerable().Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!known.TryGetValue(key, out var setting)) { faults.Add($"{key} is not a setting.{Nearest(key, known.Keys)}"); }
            else if (setting.FaultOf(value!) is { } fault)
            {
                faults.Add(fault);
                unreadable.Add(setting.Section);
            }
        }
        foreach (var (section, options) in SettingsCatalog.Sections.Where(room => !unreadable.Contains(room.Section)))
        {
            faults.AddRange(Validate(section, options, configuration, services));
        }
        return faults.ToImmutable();
    }

    private static IEnumerable<string> Validate(string section, Type type, IConfiguration configuration, IServiceProvider services)
    {
        try
        {
            _ = ((IOptions<object>)services.GetRequiredService(typeof(IOptions<>).MakeGenericType(type))).Value;
            return [];
        }
        catch (OptionsValidationException invalid)
        {
            // Options that take a default from others fail with those; the fault is told once, where it is.
            return invalid.OptionsType == type ? invalid.Failures.Select(failure => Line(section, type, failure, configuration)) : [];
        }
    }

    // "Property SiloPort: must …" and "SiloPort: The field SiloOptions.SiloPort must …" both become "Nexus:Silo:SiloPort = "x": must …".
    private static string Line(string section, Type type, string failure, IConfiguration configuration)
    {
        var text = failure.StartsWith("Property ", StringComparison.Ordinal) ? failure["Property ".Length..] : failure;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || text.AsSpan(0, colon).Contains(' ')) { return $"{section}: {text}"; }
        var key = $"{section}:{text[..colon]}";
        var rest = text[(colon + 1)..].Trim()
            .Replace($"The field {type.Name}.{text[..colon]} ", "", StringComparison.Ordinal)
            .Replace($"The {type.Name}.{text[..colon]} field ", "", StringComparison.Ordinal);
        return configuration[key] is { } value ? $"{key} = \"{value}\": {rest}" : $"{key}: {rest}";
    }

    private static string Nearest(string key, IEnumerable<string> names)
    {
        var (best, distance) = names.Select(name => (name, Distance(key.ToUpperInvariant(), name.ToUpperInvariant()))).MinBy(pair => pair.Item2);
        return distance <= 3 ? $" Did you mean {best}?" : " --help lists them.";
    }

    // Edits between two words (Levenshtein).
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j - 1], row[j]) + 1);
            }
        }
        return row[^1];
    }
}
