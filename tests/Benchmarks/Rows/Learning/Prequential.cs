using System.Collections.Immutable;
using NexusActors.Learning.Features;
using NexusActors.Learning.Prediction;

namespace NexusActors.Benchmarks;

/// <summary>Trains again at each cut-off on what is known by then, and answers for the events up to the next one.</summary>
/// <param name="events">In order of time.</param>
/// <param name="cutOffs">Rising.</param>
/// <param name="censoring">Make up for outcomes that are not known yet. Probabilities need that; what only ranks within a class does not, and has more to learn from without.</param>
internal sealed class Prequential(ImmutableArray<IncidentEvent> events, ImmutableArray<double> cutOffs, bool censoring = true)
{
    private static readonly TrainingOptions Options = new() { HoldOutShare = 0, Folds = 2, Boosting = new() { TreesMax = 80, LearningRate = 0.12, Threads = 2, LeafRowsMin = 50 } };

    /// <summary>A cut-off at which fewer than that share of outcomes is new goes on with the model of the one before.</summary>
    private const double NewShare = 0.05;

    /// <summary>Weight of a row halves with that many days, since the process drifts.</summary>
    private const double HalfLifeDays = 45;

    /// <summary>A row whose incident would be closed by now with less than that chance, for either outcome, teaches nothing.</summary>
    private const double ShareMin = 0.2;

    /// <summary>Of the incidents that began before that many days nearly all are closed.</summary>
    private const double MatureDays = 21;

    private readonly double[] _times = [.. events.Select(happening => Days(happening.At))];

    /// <summary>Days since 1970.</summary>
    public static double Days(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).TotalDays;

    /// <summary>From one cut-off to the next.</summary>
    public const double CutOffDays = 3;

    /// <summary>Every three days from the first event of the test to the last.</summary>
    public static ImmutableArray<double> CutOffs(ImmutableArray<IncidentEvent> events)
    {
        var (first, last) = (events.Where(happening => happening.Test).Min(happening => Days(happening.At)), events.Where(happening => happening.Test).Max(happening => Days(happening.At)));
        return [.. Enumerable.Range(0, (int)((last - first) / CutOffDays) + 1).Select(step => first + CutOffDays * step)];
    }

    /// <summary>Those at which anything is trained: enough became known since the one before.</summary>
    public static ImmutableArray<double> Trained(ImmutableArray<IncidentEvent> events, ImmutableArray<double> cutOffs)
    {
        var known = events.Select(happening => Math.Max(Days(happening.Closed), Days(happening.At))).Order().ToArray();
        var (trained, last) = (ImmutableArray.CreateBuilder<double>(), 0);
        foreach (var cut in cutOffs)
        {
            var now = Array.BinarySearch(known, cut) is >= 0 and var place ? place : ~Array.BinarySearch(known, cut);
            if (now < last * (1 + NewShare)) { continue; }
            trained.Add(cut);
            last = now;
        }

        return trained.ToImmutable();
    }

    /// <summary>By event the probability that was given; NaN where it is not of the test.</summary>
    public double[] Answers(IReadOnlyList<FeatureColumn> columns, int seed, string progress)
    {
        var answers = new double[events.Length];
        Array.Fill(answers, double.NaN);
        Answer(columns, seed, progress, happening => happening.Test, (i, model, row) => answers[i] = model?.Success(row).Probability ?? 0.5);
        return answers;
    }

    /// <summary>Answers for the events from the first cut-off on that are wanted, in order of time, with the model of the cut-off before; null: nothing could be learned yet.</summary>
    public void Answer(IReadOnlyList<FeatureColumn> columns, int seed, string progress, Func<IncidentEvent, bool> wanted, Action<int, PredictionModel?, double[]> answer)
    {
        var table = new FeatureTable([.. columns], events.Length);
        var shapes = FeatureRows.Shapes(table);
        var rows = new double[events.Length][];
        for (var i = 0; i < rows.Length; i++) { rows[i] = FeatureRows.Row(table, i); }
        for (var step = 0; step < cutOffs.Length; step++)
        {
            var (cut, end) = (cutOffs[step], step + 1 < cutOffs.Length ? cutOffs[step + 1] : double.PositiveInfinity);
            var judged = Enumerable.Range(0, events.Length).Where(i => wanted(events[i]) && _times[i] >= cut && _times[i] < end).ToArray();
            if (judged.Length == 0) { continue; }
            var outcome = Train(shapes, rows, cut, seed);
            if (step % 5 == 0) { Report.Progress($"{progress}: cut-off {step + 1} of {cutOffs.Length}{(outcome.Model is null ? ", " + outcome.Reason : "")}"); }
            foreach (var i in judged) { answer(i, outcome.Model, rows[i]); }
        }
    }

    /// <summary>
    /// Known outcomes are those of incidents that closed by now, and whether an incident closes soon depends on its outcome. So the time to close is learned for each outcome from incidents that began long ago,
    /// of which nearly all are closed. Incidents that began so lately that one of the outcomes could hardly be known yet teach nothing; each of the others stands for those like it that are still open.
    /// </summary>
    private TrainingOutcome Train(ImmutableArray<FeatureShape> shapes, double[][] rows, double cut, int seed)
    {
        var known = Enumerable.Range(0, events.Length).TakeWhile(i => _times[i] < cut).Where(i => Closed(i) < cut).ToArray();
        var mature = known.Where(i => cut - Opened(i) > MatureDays).ToArray();
        var delay = new OutcomeDelay([.. mature.Select(Outcome)], [.. mature.Select(i => Closed(i) - Opened(i))], [.. mature.Select(_ => true)]);
        var used = known.Where(i => !censoring || Share(delay, i, cut) >= ShareMin).ToArray();
        return ModelTrainer.Train(new()
        {
            Features = FeatureRows.ToTable(shapes, Array.ConvertAll(used, i => rows[i])),
            Targets = Array.ConvertAll(used, i => (double)Outcome(i)),
            Times = Array.ConvertAll(used, i => events[i].At.ToUnixTimeMilliseconds()),
            Known = Array.ConvertAll(used, i => Math.Max(events[i].At.ToUnixTimeMilliseconds(), events[i].Closed.ToUnixTimeMilliseconds())),
            Groups = Array.ConvertAll(used, i => events[i].Incident),
            Weights = Array.ConvertAll(used, i => (censoring ? Weight(delay, i, cut) : 1) * Math.Pow(0.5, (cut - _times[i]) / HalfLifeDays)),
        }, Options with { Seed = seed }, CancellationToken.None);
    }

    private int Outcome(int i) => events[i].Success ? 1 : 0;

    private double Opened(int i) => Days(events[i].Opened);

    private double Closed(int i) => Days(events[i].Closed);

    /// <summary>The chance that an incident that was open when this row happened is closed by now, for the outcome that is known later.</summary>
    private double Share(OutcomeDelay delay, int i, double cut) => Math.Min(Share(delay, 0, i, cut), Share(delay, 1, i, cut));

    private double Share(OutcomeDelay delay, int outcome, int i, double cut)
    {
        var before = delay.KnownWithin(outcome, _times[i] - Opened(i));
        return before >= 1 - 1e-9 ? 1 : (delay.KnownWithin(outcome, cut - Opened(i)) - before) / (1 - before);
    }

    private double Weight(OutcomeDelay delay, int i, double cut) => 1 / Math.Max(ShareMin, Share(delay, Outcome(i), i, cut));
}
