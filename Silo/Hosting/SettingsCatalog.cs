using System.Collections.Immutable;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using NexusActors.Coordination;
using NexusActors.Http;

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

    private string Fault(string value) => $"{Key} = \"{value}\": must be {Form}.";
}

/// <summary>Every setting of the process, read from the option classes themselves.</summary>
internal static class SettingsCatalog
{
    /// <summary>The option classes of every room, found by their constant <c>Section</c>, and the section that each is bound to.</summary>
    public static ImmutableArray<(string Section, Type Options)> Sections { get; } =
    [.. from host in (Type[])[typeof(SiloOptions), typeof(GatewayOptions), typeof(CoordinationOptions)]
        from type in host.Assembly.GetTypes()
        where type.Name.EndsWith("Options", StringComparison.Ordinal)
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        where section is not null
        orderby section
        select (section, type)];

    /// <summary>All settings, by section.</summary>
    public static ImmutableArray<Setting> All { get; } = [.. Sections.SelectMany(section => Walk(section.Section, section.Section, section.Options))];

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
