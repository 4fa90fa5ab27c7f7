using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NexusActors.Learning;
using NexusActors.Learning.Features;

namespace NexusActors.Benchmarks;

/// <summary>
/// The incident log as experiences of 32 features: its words, counts and ages, and what was known of the incident before. Where more are asked for than the log has, it comes again and again, later, with jitter from the seed:
/// a tenth of the words are those of other events, and numbers move by some per cent.
/// </summary>
internal sealed class IncidentExperiences
{
    public const string Stream = "incidents";

    /// <summary>A tag that all have.</summary>
    public const string EveryTag = "incident";

    private const int MemoryColumns = 6;
    private const double OtherWords = 0.1, NumbersMove = 0.05;

    private readonly ImmutableArray<IncidentEvent> _events;
    private readonly FeatureColumn[] _columns;
    private readonly int _category, _state, _seed;
    private readonly TimeSpan _shift, _span;

    private IncidentExperiences(CsvData data, ImmutableArray<IncidentEvent> events, int count, int seed)
    {
        (_events, Count, _seed) = (events, count, seed);
        _columns = [.. IncidentLog.RawColumns(data, events), .. IncidentMemory.Columns(data, events).Take(MemoryColumns)];
        (_category, _state) = (data["category"], data["incident_state"]);
        _span = TimeSpan.FromDays(7 * Math.Ceiling((events[^1].At - events[0].At).TotalDays / 7));
        // Whole weeks, so that weekdays stay what they were, and the newest is of this week.
        var last = events[^1].At + _span * ((count - 1) / events.Length);
        _shift = TimeSpan.FromDays(7 * Math.Floor((TimeProvider.System.GetUtcNow() - last).TotalDays / 7));
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Events of the log.</summary>
    public int Events => _events.Length;

    /// <summary>Names and kinds of the features.</summary>
    public ImmutableArray<FeatureShape> Shapes => FeatureRows.Shapes(new([.. _columns], _events.Length));

    public static IncidentExperiences Read(Settings settings)
    {
        var (data, events) = IncidentLog.Read(CsvData.Find(settings.Data, "incidents", "incidents*.csv*"));
        return new(data, events, settings.Experiences, settings.Seed);
    }

    /// <summary>When it happened.</summary>
    public DateTimeOffset At(int i) => _events[i % Events].At + _shift + _span * (i / Events);

    /// <summary>Whether the target was met.</summary>
    public bool Success(int i) => _events[i % Events].Success;

    /// <summary>Its words to find it by: that of all, its category, its state.</summary>
    public string[] Tags(int i) => [EveryTag, .. new[] { _events[i % Events].Fields[_category], _events[i % Events].Fields[_state] }.Where(word => !CsvData.IsMissing(word)).Distinct(StringComparer.Ordinal)];

    /// <summary>Its features.</summary>
    public double[] Row(int i)
    {
        var (copy, row) = (i / Events, i % Events);
        var random = copy == 0 ? null : new Random(unchecked(_seed * 1_000_003 + i));
        return Array.ConvertAll(_columns, column =>
        {
            if (random is null) { return FeatureRows.Value(column, row); }
            if (column is CategoryColumn) { return FeatureRows.Value(column, random.NextDouble() < OtherWords ? random.Next(Events) : row); }
            return FeatureRows.Value(column, row) is var number && Math.Floor(number) == number ? number : number * (1 + NumbersMove * (2 * random.NextDouble() - 1));
        });
    }

    /// <summary>As it comes out of the ledger.</summary>
    public Experience this[int i] => new()
    {
        Id = Id(i),
        Stream = Stream,
        Timestamp = At(i),
        Success = Success(i),
        ContextJson = Context(i),
        OutcomeJson = Outcome(i),
        Tags = [.. Tags(i)],
        Seq = i + 1,
    };

    /// <summary>Some of them as lines of a batch.</summary>
    public byte[] Lines(int from, int count)
    {
        var buffer = new ArrayBufferWriter<byte>();
        for (var i = from; i < from + count; i++)
        {
            using (var writer = new Utf8JsonWriter(buffer)) { Write(writer, i); }
            buffer.Write("\n"u8);
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The situation of one of them, as a body that asks about it.</summary>
    public string Question(int i, string more = "") => $$"""{"stream":"{{Stream}}","context":{{Context(i)}}{{more}}}""";

    private static string Id(int i) => string.Create(CultureInfo.InvariantCulture, $"event-{i:D7}");

    private void Write(Utf8JsonWriter writer, int i)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id(i));
        writer.WriteString("stream", Stream);
        writer.WriteString("timestamp", At(i).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        writer.WritePropertyName("context");
        WriteContext(writer, i);
        writer.WritePropertyName("action_taken");
        writer.WriteRawValue("{}");
        writer.WritePropertyName("outcome");
        writer.WriteRawValue(Outcome(i));
        writer.WriteBoolean("success", Success(i));
        writer.WriteStartArray("tags");
        foreach (var tag in Tags(i)) { writer.WriteStringValue(tag); }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private string Outcome(int i) => Success(i) ? """{"made_sla":true}""" : """{"made_sla":false}""";

    private string Context(int i)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) { WriteContext(writer, i); }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteContext(Utf8JsonWriter writer, int i)
    {
        var row = Row(i);
        writer.WriteStartObject();
        for (var place = 0; place < row.Length; place++)
        {
            if (double.IsNaN(row[place])) { continue; }
            if (_columns[place] is CategoryColumn words) { writer.WriteString(words.Name, words.Categories[(int)row[place]]); }
            else { writer.WriteNumber(_columns[place].Name, Math.Round(row[place], 4)); }
        }
        writer.WriteEndObject();
    }
}
