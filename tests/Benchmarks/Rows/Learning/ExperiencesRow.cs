using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>L8: many experiences: loading, asking, learning and predicting, as the product does it over HTTP and as its engines do it alone.</summary>
internal static class ExperiencesRow
{
    public static void Run(Settings settings, Report report)
    {
        var data = IncidentExperiences.Read(settings);
        var http = ExperiencesOverHttp.Measure(data, settings);
        var engine = ExperiencesInProcess.Measure(data, settings);
        var peer = engine.Peer;
        report.Table($"L8 {N(data.Count)} experiences of {data.Shapes.Length} features, {settings.Where}", ["what", "measured", "scikit-learn, same run", "goal"],
        [
            [$"load over HTTP, NDJSON batches of 1,000, 4 callers, everything on disk", $"{N(http.Load.TotalSeconds)} s, {N(data.Count / http.Load.TotalSeconds)}/s; {N(http.LoadCpu)} µs of server CPU each, {N(http.Stored)} bytes on disk", "", "≤ 5 s"],
            [$"{ExperiencesInProcess.Neighbours} nearest of all, exact, {engine.Axes} features, words and numbers, in process: p50 / p99", Ms(engine.Search), "", "≤ 2 ms"],
            [$"the same among numbers alone", Ms(engine.NumbersSearch), peer is null ? "–" : $"{N(peer.SearchMs)} / {N(peer.SearchP99Ms)} ms; {N(peer.SearchMs / engine.NumbersSearch.Ms(50))} ×; distances differ by {engine.DistanceError:E0} at most", ""],
            ["similar experiences over HTTP: first (reads the stream) / p50 / p99", $"{N(http.FirstSearch.TotalSeconds)} s / {Ms(http.Searches.Latencies)}; {N((http.Resident.After - http.Resident.Before) / 1e6)} MB more resident", "", ""],
            .. http.Queries.Select(query => new[] { $"query over HTTP, {query.What}, 20 of them: p50 / p99", $"{Ms(query.Rate.Latencies)}; {N(query.Rate.ServerCpu)} µs of server CPU", "", "≤ 1 ms server side" }),
            ["patterns over HTTP: first / again", $"{N(http.Patterns.First.TotalSeconds)} s / {N(http.Patterns.Again.TotalMilliseconds)} ms", "", ""],
            [$"training on {N(engine.Trained)}, in process, with measuring", $"{N(engine.TrainingCpu)} CPU s; accuracy {engine.Accuracy:F4} on the newest fifth", peer is null ? "–" : $"fit alone {N(peer.FitCpuSeconds)} CPU s", "≤ 5 CPU s"],
            [$"training on {N(http.Training.Experiences)} over HTTP", $"{N(http.Training.Time.TotalSeconds)} s, {N(http.Training.CpuSeconds)} CPU s of the server", "", "≤ 5 CPU s"],
            ["one prediction in process: p50 / p99", Ms(engine.Prediction), peer is null ? "–" : $"{N(peer.PredictMs)} ms", "p99 ≤ 1 ms"],
            ["predictions over HTTP, 1 caller", Rate(http.Predictions.One), "", "≥ 500/s"],
            ["predictions over HTTP, 16 callers", Rate(http.Predictions.Many), "", "≥ 500/s"],
        ]);
        report.Line($"Data: the incident log, {N(data.Events)} events in order of time{(data.Count > data.Events ? $", again with jitter from the seed until there are {N(data.Count)}" : "")}. One stream; a tag for all, for each category and each state. {(peer is null ? "" : $"scikit-learn {peer.Version}: brute force over the same standardised numbers, HistGradientBoosting on the same rows. ")}An experience that is compared takes {engine.IndexBytes} bytes of memory.");
        report.Line("");
        engine.Search.Write(settings.Out, "L8-neighbours");
        engine.Prediction.Write(settings.Out, "L8-predictions");
        http.Searches.Latencies.Write(settings.Out, "L8-similar-http");
        http.Predictions.Many.Latencies.Write(settings.Out, "L8-predictions-http");
    }

    private static string Ms(Latencies latencies) => $"{N(latencies.Ms(50))} / {N(latencies.Ms(99))} ms";

    private static string Rate(HttpRate rate) => $"{N(rate.PerSecond)}/s, {Ms(rate.Latencies)}, {N(rate.ServerCpu)} µs of server CPU each";
}
