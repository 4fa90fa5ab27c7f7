using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NexusActors.Benchmarks;

/// <summary>What the product takes over HTTP, as its users start it.</summary>
internal sealed record ExperiencesOverHttp
{
    private const int Batch = 1_000, Loaders = 4, Callers = 16;

    /// <summary>From the first request until the last answer: everything is on disk.</summary>
    public required TimeSpan Load { get; init; }
    /// <summary>Microseconds of server CPU per experience loaded.</summary>
    public required double LoadCpu { get; init; }
    /// <summary>Bytes on disk per experience.</summary>
    public required double Stored { get; init; }
    /// <summary>Queries by tag and time, by what they ask for.</summary>
    public required IReadOnlyList<(string What, HttpRate Rate)> Queries { get; init; }
    /// <summary>Search for patterns, the first, and asked again.</summary>
    public required (TimeSpan First, TimeSpan Again) Patterns { get; init; }
    /// <summary>A training that is asked for, and its CPU with what else the server does meanwhile.</summary>
    public required (TimeSpan Time, double CpuSeconds, int Experiences) Training { get; init; }
    /// <summary>Predictions, one caller and many.</summary>
    public required (HttpRate One, HttpRate Many) Predictions { get; init; }
    /// <summary>The first search for similar experiences, which reads the stream.</summary>
    public required TimeSpan FirstSearch { get; init; }
    /// <summary>The next ones.</summary>
    public required HttpRate Searches { get; init; }
    /// <summary>Resident bytes of the server before and after the first search.</summary>
    public required (long Before, long After) Resident { get; init; }

    public static ExperiencesOverHttp Measure(IncidentExperiences data, Settings settings)
    {
        Report.Progress("L8: bodies");
        byte[][] bodies = [.. Enumerable.Range(0, (data.Count + Batch - 1) / Batch).Select(i => Requests.Post("/learning/experiences/batch", data.Lines(i * Batch, Math.Min(Batch, data.Count - i * Batch)), "application/x-ndjson"))];
        using var product = Product.Start(settings);
        using var connection = new HttpConnection(product.Learning);
        Warm(connection);
        product.WaitUntilQuiet();
        var empty = product.StoredBytes;

        Report.Progress($"L8, {settings.Where}: load");
        var (next, cpu) = (-1, product.Cpu);
        var load = Crew.Run(Loaders, _ =>
        {
            using var own = new HttpConnection(product.Learning);
            for (int i; (i = Interlocked.Increment(ref next)) < bodies.Length;) { Send(own, bodies[i]); }
        });
        var loadCpu = (product.Cpu - cpu).TotalMicroseconds / data.Count;
        product.WaitUntilQuiet();
        var stored = (double)(product.StoredBytes - empty) / data.Count;

        Report.Progress($"L8, {settings.Where}: training");
        // The first joins whichever is under way.
        Timed(() => connection.CallOk(Requests.Post(Retrain, "{}")));
        cpu = product.Cpu;
        var training = Timed(() => connection.CallOk(Requests.Post(Retrain, "{}")));
        var trainingCpu = (product.Cpu - cpu).TotalSeconds;
        using var learned = JsonDocument.Parse(connection.CallOk(Requests.Get($"/learning/models/{IncidentExperiences.Stream}")));
        var experiences = learned.RootElement.GetProperty("models")[0].GetProperty("experiences").GetInt32();

        Report.Progress($"L8, {settings.Where}: queries and patterns");
        var queries = Questions(data).Select(question => (question.What, HttpRate.Measure(product.Learning, () => product.Cpu, 1, 500, _ => Requests.Get(question.Path)))).ToArray();
        var patterns = Requests.Get($"/learning/patterns?hours=87600&stream={IncidentExperiences.Stream}");
        var found = (Timed(() => connection.CallOk(patterns)), Timed(() => connection.CallOk(patterns)));

        Report.Progress($"L8, {settings.Where}: predictions and similar experiences");
        HttpRate Predict(int callers, int calls) => HttpRate.Measure(product.Learning, () => product.Cpu, callers, calls, caller => Requests.Post("/learning/predict", data.Question(data.Count / (caller + 2))));
        var predictions = (Predict(1, 2_000), Predict(Callers, 10_000));
        var resident = product.Resident;
        byte[] Search(int caller) => Requests.Post("/learning/experiences/similar", data.Question(data.Count / (caller + 2), $$""","limit":{{ExperiencesInProcess.Neighbours}}"""));
        var first = Timed(() => connection.CallOk(Search(0)));
        return new()
        {
            Load = load,
            LoadCpu = loadCpu,
            Stored = stored,
            Queries = queries,
            Patterns = found,
            Training = (training, trainingCpu, experiences),
            Predictions = predictions,
            FirstSearch = first,
            Resident = (resident, product.Resident),
            Searches = HttpRate.Measure(product.Learning, () => product.Cpu, 1, 300, Search),
        };
    }

    private static string Retrain => $"/learning/retrain?stream={IncidentExperiences.Stream}&wait=true";

    private static void Send(HttpConnection connection, byte[] body)
    {
        var answer = connection.CallOk(body);
        if (answer.Span.IndexOf("\"refused\":0"u8) < 0) { throw new InvalidOperationException($"some were refused: {Encoding.UTF8.GetString(answer.Span[..Math.Min(answer.Length, 500)])}"); }
    }

    // Other streams, so that what is measured begins with nothing but compiled code.
    private static void Warm(HttpConnection connection)
    {
        for (var i = 0; i < 20; i++)
        {
            var lines = string.Concat(Enumerable.Range(0, 200).Select(row => string.Create(CultureInfo.InvariantCulture, $$"""{"stream":"warm","context":{"a":{{row}},"b":"{{row % 7}}"},"action_taken":{},"outcome":{},"success":{{(row % 3 == 0 ? "true" : "false")}},"tags":["warm"]}""") + "\n"));
            connection.CallOk(Requests.Post("/learning/experiences/batch", lines, "application/x-ndjson"));
        }
    }

    private static IEnumerable<(string What, string Path)> Questions(IncidentExperiences data)
    {
        var (first, last) = (data.At(0), data.At(data.Count - 1));
        var middle = first + (last - first) / 2;
        var rare = Enumerable.Range(0, data.Events).SelectMany(data.Tags).CountBy(tag => tag).Where(tag => tag.Value >= 100).MinBy(tag => tag.Value).Key;
        var common = Enumerable.Range(0, data.Events).SelectMany(i => data.Tags(i).Skip(1)).CountBy(tag => tag).MaxBy(tag => tag.Value).Key;
        return
        [
            ("a rare tag, all of the time", Path(rare, first, last)),
            ("a common tag, one week", Path(common, middle, middle.AddDays(7))),
            ("the tag of all, one day", Path(IncidentExperiences.EveryTag, middle, middle.AddDays(1))),
            ("the tag of all, the newest half", Path(IncidentExperiences.EveryTag, middle, last)),
            ("the tag of all, the oldest half", Path(IncidentExperiences.EveryTag, first, middle)),
        ];

        static string Path(string tag, DateTimeOffset from, DateTimeOffset before) =>
            $"/learning/experiences?tag={Uri.EscapeDataString(tag)}&from={Time(from)}&before={Time(before)}&limit=20";

        static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
    }

    private static TimeSpan Timed(Action act)
    {
        var begun = Stopwatch.GetTimestamp();
        act();
        return Stopwatch.GetElapsedTime(begun);
    }
}
