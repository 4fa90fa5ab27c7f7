using System.Diagnostics;
using NexusActors.Learning;
using NexusActors.Learning.Features;
using NexusActors.Learning.Neighbours;
using NexusActors.Learning.Prediction;

namespace NexusActors.Benchmarks;

/// <summary>What the engines take for themselves, in this process.</summary>
/// <param name="Axes">Features that tell experiences apart.</param>
/// <param name="IndexBytes">Bytes of one experience among those that are compared.</param>
/// <param name="Search">Of one search, as the product compares.</param>
/// <param name="NumbersSearch">Of one search among numbers alone, as the peer compares.</param>
/// <param name="DistanceError">Largest difference to the peer's distances, relative; NaN without the peer.</param>
/// <param name="Trained">Experiences that were trained on.</param>
/// <param name="TrainingCpu">CPU seconds of a training, with schema, encoding and measuring.</param>
/// <param name="Accuracy">On the newest fifth, which it had not seen.</param>
/// <param name="Prediction">Of one prediction.</param>
/// <param name="Peer">The same by scikit-learn; null where it cannot run.</param>
internal sealed record ExperiencesInProcess(
    int Axes, int IndexBytes, Latencies Search, Latencies NumbersSearch, double DistanceError, int Trained, double TrainingCpu, double Accuracy, Latencies Prediction, ScalePeer? Peer)
{
    /// <summary>Neighbours asked for.</summary>
    public const int Neighbours = 10;

    private const int Questions = 500, SampleMax = 20_000, PredictionsMax = 5_000;

    public static ExperiencesInProcess Measure(IncidentExperiences data, Settings settings)
    {
        Report.Progress("L8: neighbours in process");
        var rows = Enumerable.Range(0, data.Count).Select(data.Row).ToArray();
        var random = new Random(settings.Seed);
        var questions = Enumerable.Range(0, Math.Min(Questions, data.Count)).Select(_ => random.Next(data.Count)).ToArray();
        var newest = rows[^Math.Min(SampleMax, rows.Length)..];
        var space = SimilaritySpace.Of(data.Shapes, newest);
        var (search, _) = Searched(space, Array.ConvertAll(rows, space.Point), rows, questions);

        // The peer knows numbers only: codes of words as numbers, and what is missing as one.
        var numbers = Array.ConvertAll(rows, row => Array.ConvertAll(row, value => double.IsNaN(value) ? -1 : value));
        var plain = SimilaritySpace.Of([.. data.Shapes.Select(shape => FeatureShape.Number(shape.Name))], numbers[^newest.Length..]);
        var points = Array.ConvertAll(numbers, plain.Point);
        var (numbersSearch, found) = Searched(plain, points, numbers, questions);

        Report.Progress("L8: training in process");
        var trained = Math.Min(data.Count, new LearningOptions().TrainingExperiencesMax);
        var experiences = Enumerable.Range(data.Count - trained, trained).Select(i => data[i]).ToArray();
        var before = Environment.CpuUsage.TotalTime;
        var models = StreamTrainer.Train(IncidentExperiences.Stream, experiences, new Dictionary<string, PredictionModel>(), new(), CancellationToken.None);
        var cpu = Environment.CpuUsage.TotalTime - before;
        var model = models[0].Model!;
        Report.Progress("L8: the peer");
        var peer = ScalePeer.Run(points, rows[^trained..], [.. data.Shapes], experiences.Select(experience => experience.Success), questions, Neighbours, settings.Seed);
        var error = peer is null ? double.NaN : found.Zip(peer.Distances, (ours, theirs) => ours.Zip(theirs, (one, other) => Math.Abs(one - other) / (1 + other)).Max()).Max();
        return new(space.Axes.Length, NeighbourIndex.RowBytes(space.Axes.Length), search, numbersSearch, error, trained, cpu.TotalSeconds, model.Card.HoldOut!.Accuracy, Predicted(model, experiences), peer);
    }

    private static (Latencies Times, double[][] Distances) Searched(SimilaritySpace space, float[][] points, double[][] rows, int[] questions)
    {
        var index = new NeighbourIndex(space.Axes.Length, int.MaxValue);
        for (var i = 0; i < points.Length; i++) { index.Add(points[i], i + 1, success: true); }
        var (times, found) = (new List<long>(), new List<double[]>());
        foreach (var isMeasured in new[] { false, true })
        {
            foreach (var question in questions)
            {
                var begun = Stopwatch.GetTimestamp();
                var nearest = index.Nearest(space.Query(rows[question]), Neighbours);
                if (!isMeasured) { continue; }
                times.Add(Stopwatch.GetTimestamp() - begun);
                found.Add([.. nearest.Select(neighbour => Math.Sqrt(neighbour.Square))]);
            }
        }
        var latencies = new Latencies();
        latencies.Add(times);
        return (latencies, [.. found]);
    }

    private static Latencies Predicted(PredictionModel model, Experience[] experiences)
    {
        var predictor = new StreamPredictor([model], 0.9);
        var times = new List<long>();
        foreach (var experience in experiences.Take(PredictionsMax).Concat(experiences.TakeLast(PredictionsMax)))
        {
            var begun = Stopwatch.GetTimestamp();
            predictor.Predict(experience, explain: false);
            times.Add(Stopwatch.GetTimestamp() - begun);
        }
        var latencies = new Latencies();
        latencies.Add(times[(times.Count / 2)..]);
        return latencies;
    }
}
