using System.Collections.Frozen;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace NexusActors.Hosting;

/// <summary>One setting.</summary>
/// <param name="Section">Section of the option class that holds it.</param>
/// <param name="Key">Its full name.</param>
/// <param name="Type">Type of its value.</param>
/// <param name="Default">Its value where nothing is said.</param>
/// <param name="Meaning">What it is for.</param>
internal sealed record Setting(string Section, string Key, Type Type, string Default, string Meaning)
{
    /// <summary>Form of its value, for people.</summary>
    public string Form =>
        Type == typeof(TimeSpan) ? "[d.]hh:mm:ss[.fff]"
        : Type == typeof(bool) ? "true | false"
        : Type.IsEnum ? string.Join(" | ", Enum.GetNames(Type))
        : Type == typeof(string) ? "text"
        : "number";

    /// <summary>Whether its value is never shown: a connection string holds a password, a key is one.</summary>
    public bool IsSecret => Key.EndsWith(":ConnectionString", StringComparison.OrdinalIgnoreCase) || Key.EndsWith(":Key", StringComparison.OrdinalIgnoreCase);

    /// <summary>A value for a message.</summary>
    public string Show(string value) => IsSecret ? "(secret)" : $"\"{value}\"";

    /// <summary>What is wrong with a value; null where nothing is.</summary>
    public string? FaultOf(string value)
    {
        // A bare number would be read as days.
        if (Type == typeof(TimeSpan) && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) { return Fault(value); }
        if (Type.IsEnum && !Enum.GetNames(Type).Contains(value, StringComparer.OrdinalIgnoreCase)) { return Fault(value); }
        try
        {
            TypeDescriptor.GetConverter(Type).ConvertFromInvariantString(value);
            return null;
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return Fault(value);
        }
    }

    private string Fault(string value) => $"{Key} = {Show(value)}: must be {Form}.";
}

/// <summary>Every setting of a program, read from the option classes themselves.</summary>
internal sealed class SettingsCatalog
{
    private readonly FrozenDictionary<string, Setting> _byKey;
    private readonly ImmutableArray<string> _elsewhere;

    /// <summary>Reads the option classes.</summary>
    /// <param name="sections">Option classes, and the section that each is bound to.</param>
    /// <param name="elsewhere">Sections that another program of the product reads: what they hold is not looked at here, so that both can be given the same environment.</param>
    public SettingsCatalog(IEnumerable<(string Section, Type Options)> sections, ImmutableArray<string> elsewhere = default)
    {
        Sections = [.. sections.OrderBy(section => section.Section, StringComparer.Ordinal)];
        All = [.. Sections.SelectMany(section => Walk(section.Section, section.Section, section.Options))];
        _byKey = All.ToFrozenDictionary(setting => setting.Key, StringComparer.OrdinalIgnoreCase);
        _elsewhere = elsewhere.IsDefault ? [] : elsewhere;
    }

    /// <summary>The option classes and their sections, by section.</summary>
    public ImmutableArray<(string Section, Type Options)> Sections { get; }

    /// <summary>All settings, by section.</summary>
    public ImmutableArray<Setting> All { get; }

    /// <summary>The option classes of assemblies, found by their constant <c>Section</c>.</summary>
    public static IEnumerable<(string Section, Type Options)> SectionsOf(params Assembly[] rooms) =>
        from room in rooms
        from type in room.GetTypes()
        where type.Name.EndsWith("Options", StringComparison.Ordinal)
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        where section is not null
        select (section, type);

    /// <summary>The setting of that name; null where there is none.</summary>
    public Setting? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>Whether another program may know the name.</summary>
    public bool IsElsewhere(string key) => _elsewhere.Any(section => key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<Setting> Walk(string section, string prefix, Type type)
    {
        var defaults = Activator.CreateInstance(type);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            var key = $"{prefix}:{property.Name}";
            var value = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (!IsLeaf(value))
            {
                foreach (var inner in Walk(section, key, value)) { yield return inner; }
                continue;
            }
            yield return new(section, key, value, Convert.ToString(property.GetValue(defaults), CultureInfo.InvariantCulture) ?? "", XmlDocs.Summary(property));
        }
    }

    private static bool IsLeaf(Type type) => type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan);
}
