using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NexusActors.Hosting;

/// <summary>Reads the documentation comments that the build puts beside each assembly, so that help says what the code says.</summary>
internal static partial class XmlDocs
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> Files = new();

    /// <summary>Summary of a property as plain text; empty where there is none.</summary>
    public static string Summary(PropertyInfo property) =>
        Files.GetOrAdd(property.DeclaringType!.Assembly, Read).TryGetValue($"P:{property.DeclaringType.FullName}.{property.Name}", out var summary)
            ? Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim()
            : "";

    private static Dictionary<string, XElement> Read(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member")
                .Where(member => member.Attribute("name") is not null && member.Element("summary") is not null)
                .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!)
            : [];
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement link when link.Attribute("cref") is { } name => name.Value[(name.Value.LastIndexOf('.') + 1)..],
        XElement inner => inner.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
