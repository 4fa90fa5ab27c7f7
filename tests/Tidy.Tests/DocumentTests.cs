using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;

namespace NexusActors.Tidy;

/// <summary>The tables of settings and metrics are made from the code.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Settings_Table_IsWhatTheOptionsSay()
    {
        var table = string.Concat(OptionTypes().OrderBy(type => SectionOf(type), StringComparer.Ordinal).SelectMany(type => Properties(type).Select(property => Row(type, property))));
        Generated.Same("docs/settings.md", $"""
            # Settings

            Made from the option classes; do not edit. `A:B` is the environment variable `A__B`, the argument `--A:B=…`, or the member `B` of the object `A` in appsettings.json.
            Durations are written `hh:mm:ss`. Every value is checked at start, and all faults are reported together.

            | setting | default | bounds | meaning |
            |---|---|---|---|
            {table}
            """.TrimEnd() + "\n");
    }

    [Fact]
    public void Settings_PublicOptions_NameTheirSection() =>
        House.None(House.Projects.Where(project => project != "Grains.Client").SelectMany(project => House.Loaded(project).GetExportedTypes()).Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && SectionOf(type) is null).Select(type => type.FullName));

    [Fact]
    public void Metrics_Table_IsWhatTheInstrumentsSay()
    {
        var instruments = Instruments();

        Assert.NotEmpty(instruments);
        House.None(instruments.Where(instrument => string.IsNullOrEmpty(instrument.Description) || !instrument.Name.StartsWith("nexus.", StringComparison.Ordinal)).Select(instrument => instrument.Name));
        var table = string.Concat(instruments.OrderBy(instrument => instrument.Name, StringComparer.Ordinal)
            .Select(instrument => $"| `{instrument.Name}` | {Kind(instrument)} | {instrument.Unit} | {instrument.Description} |\n"));
        Generated.Same("docs/metrics.md", $"""
            # Metrics

            Made from the instruments; do not edit. All belong to the meter `NexusActors`; `/metrics` on each port shows them to Prometheus with `_` for `.`, a unit of measure (`s`, `By`)
            spelt out at the end, and `_total` on counters, beside those of Orleans, ASP.NET Core and .NET.

            | instrument | kind | unit | meaning |
            |---|---|---|---|
            {table}
            """.TrimEnd() + "\n");
    }

    /// <summary>The default bounds are those of milliseconds; a histogram of seconds would put everything into one bucket.</summary>
    [Fact]
    public void Metrics_Histograms_AdviseTheirBounds() => House.None(Instruments().Where(instrument => HasBounds(instrument) == false).Select(instrument => instrument.Name));

    private static bool? HasBounds(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries is not null,
        Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries is not null,
        Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries is not null,
        _ => null,
    };

    private static IEnumerable<Type> OptionTypes() => House.Projects.SelectMany(project => House.Loaded(project).GetTypes()).Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && SectionOf(type) is not null);

    private static string? SectionOf(Type type) => type.GetField("Section", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)?.GetRawConstantValue() as string;

    private static IEnumerable<PropertyInfo> Properties(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static string Row(Type type, PropertyInfo property) =>
        $"| `{SectionOf(type)}:{property.Name}` | {Show(property.GetValue(Activator.CreateInstance(type)))} | {Bounds(property)} | {Meaning(type, property)} |\n";

    private static string Show(object? value) => value switch
    {
        null or "" => "–",
        bool flag => flag ? "`true`" : "`false`",
        string text => $"`{text}`",
        System.Collections.IEnumerable many => string.Join(", ", many.Cast<object>().Select(Show)) is { Length: > 0 } shown ? shown : "–",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => $"`{value}`",
    };

    private static string Bounds(PropertyInfo property) => string.Join("; ", property.GetCustomAttributes().Select(attribute => attribute switch
    {
        RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} – {range.Maximum}"),
        StringLengthAttribute length => $"{length.MinimumLength}–{length.MaximumLength} characters",
        RequiredAttribute => "required",
        _ => null,
    }).OfType<string>());

    private static string Meaning(Type type, PropertyInfo property)
    {
        var member = Documentation(type.Assembly).FirstOrDefault(member => member.Attribute("name")?.Value == $"P:{property.DeclaringType!.FullName}.{property.Name}");
        var summary = member?.Element("summary") ?? throw new InvalidOperationException($"{type.FullName}.{property.Name} has no documentation");
        foreach (var code in summary.Descendants("c").ToArray()) { code.ReplaceWith($"`{code.Value}`"); }
        foreach (var see in summary.Descendants("see").ToArray()) { see.ReplaceWith($"`{see.Attribute("cref")?.Value.Split('.')[^1] ?? see.Attribute("langword")?.Value}`"); }
        return Blanks().Replace(summary.Value, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static IEnumerable<XElement> Documentation(Assembly assembly) => XElement.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member");

    /// <summary>Makes every XMetrics class once and listens to what it declares.</summary>
    private static List<Instrument> Instruments()
    {
        using var services = new ServiceCollection().AddMetrics().AddLogging().AddOptions().AddSingleton(TimeProvider.System).BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var found = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory)) { found.Add(instrument); }
            },
        };
        listener.Start();
        foreach (var type in House.Projects.SelectMany(project => House.Loaded(project).GetTypes()).Where(type => type is { IsClass: true, IsAbstract: false } && type.Name.EndsWith("Metrics", StringComparison.Ordinal) && type.Namespace?.StartsWith("NexusActors", StringComparison.Ordinal) == true))
        {
            ActivatorUtilities.CreateInstance(services, type);
        }

        return found;
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "UpDownCounter" or "ObservableUpDownCounter" => "up-down counter",
        "Histogram" => "histogram",
        "Gauge" or "ObservableGauge" => "gauge",
        var other => other,
    };

    [GeneratedRegex(@"\s+")] private static partial Regex Blanks();
}
