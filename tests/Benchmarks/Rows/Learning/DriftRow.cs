using System.Globalization;
using NexusActors.Learning.Drift;
using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>L6: how late a change of an error rate is told, at so many false alarms.</summary>
internal static class DriftRow
{
    private const double Before = 0.20, FalseAlarmsMax = 0.1, PerTenThousand = 10_000;
    private const int Prefix = 10_000, After = 20_000, Streams = 400, Quiet = 5_000_000;
    private static readonly double[] s_rates = [0.25, 0.30, 0.40];
    private static readonly double[] s_otherRates = [0.01, 0.05, 0.1, 0.3, 0.5];
    private static readonly double[] s_goals = [1700, 440, 125];

    /// <summary>One that is measured: takes a value, says whether it has changed.</summary>
    private sealed record Detector(string Name, Func<Func<bool, bool>> Make);

    public static void Run(Settings settings, Report report)
    {
        var delta = AdwinDelta(settings);
        Detector[] detectors =
        [
            new("**ours**, 1 false alarm in 100,000 asked for", () => new RateChangeDetector().Said),
            new(string.Create(CultureInfo.InvariantCulture, $"ADWIN, clock 32, δ {delta:G2} (the largest that keeps to the false alarms)"), () => new Adwin(delta).Said),
            new("one that always fires", () => _ => true),
        ];
        var rows = new List<string[]>();
        foreach (var detector in detectors)
        {
            Progress($"L6: {detector.Name}");
            var delays = s_rates.Select((rate, i) => Delay(detector, rate, settings.Seed + i)).ToArray();
            rows.Add([detector.Name, N(FalseAlarms(detector, Before, Quiet, settings.Seed)), .. delays.Select(delay => $"{N(delay.Mean)} ± {N(delay.Error)} ({delay.Early} too early, {delay.Never} not)")]);
        }
        rows.Add(["goal", $"≤ {N(FalseAlarmsMax)}", .. s_goals.Select(goal => $"≤ {N(goal)}")]);
        report.Table(
            $"L6 drift: errors at {Before:P0}, changed after {Prefix:N0} observations; mean delay of {Streams} streams with its standard error, of those that raised no alarm before the change",
            ["detector", "false alarms per 10,000 without a change", .. s_rates.Select(rate => $"delay to {rate:P0}")],
            rows);
        report.Table(
            "L6 false alarms of ours at other rates, per 10,000",
            ["rate", "false alarms"],
            s_otherRates.Select(rate => new[] { rate.ToString("P0", CultureInfo.InvariantCulture), N(FalseAlarms(detectors[0], rate, Quiet, settings.Seed + 7)) }));
    }

    private static bool Said(this RateChangeDetector detector, bool error) => detector.Add(error) is not null;

    private static bool Said(this Adwin detector, bool error) => detector.Add(error ? 1 : 0);

    private static double FalseAlarms(Detector detector, double rate, int observations, int seed)
    {
        var (random, said, alarms) = (new Random(seed), detector.Make(), 0);
        for (var i = 0; i < observations; i++)
        {
            if (said(random.NextDouble() < rate)) { alarms++; }
        }
        return alarms * PerTenThousand / observations;
    }

    private static (double Mean, double Error, int Early, int Never) Delay(Detector detector, double rate, int seed)
    {
        var (delays, early, never) = (new List<double>(), 0, 0);
        for (var stream = 0; stream < Streams; stream++)
        {
            var (random, said, alarmed) = (new Random(seed * 100_003 + stream), detector.Make(), false);
            for (var i = 0; i < Prefix && !alarmed; i++) { alarmed = said(random.NextDouble() < Before); }
            if (alarmed)
            {
                early++;
                continue;
            }
            var delay = 1;
            while (delay <= After && !said(random.NextDouble() < rate)) { delay++; }
            if (delay > After) { never++; }
            else { delays.Add(delay); }
        }
        if (delays.Count == 0) { return (double.NaN, double.NaN, early, never); }
        var mean = delays.Average();
        return (mean, Math.Sqrt(delays.Sum(delay => (delay - mean) * (delay - mean)) / delays.Count / delays.Count), early, never);
    }

    // By halving on a logarithmic scale.
    private static double AdwinDelta(Settings settings)
    {
        Progress("L6: the confidence of ADWIN");
        var (low, high) = (-9.0, 0.0);
        for (var i = 0; i < 8; i++)
        {
            var middle = (low + high) / 2;
            if (FalseAlarms(new("", () => new Adwin(Math.Pow(10, middle)).Said), Before, Quiet / 5, settings.Seed + 99) > FalseAlarmsMax) { high = middle; } else { low = middle; }
        }
        return Math.Pow(10, low);
    }
}
