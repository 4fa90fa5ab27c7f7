using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

/// <summary>What a training of a stream brought for one target.</summary>
/// <param name="Target"><c>success</c>, <c>outcome.path</c> or <c>metrics.name</c>.</param>
/// <param name="Model">The model that takes the champion's place; null: it stays, or there is none yet.</param>
/// <param name="Statement">Why, for people.</param>
internal sealed record TargetTraining(string Target, PredictionModel? Model, string Statement);

/// <summary>How a stream is trained.</summary>
internal sealed record StreamTrainingOptions
{
    /// <summary>How each model is trained.</summary>
    public TrainingOptions Training { get; init; } = new();
    /// <summary>A number is a target when at least that share of the experiences has it.</summary>
    public double NumberShareMin { get; init; } = 0.2;
    /// <summary>Newest experiences that models of numbers learn from: there are several of them.</summary>
    public int NumberRowsMax { get; init; } = 20_000;
}

/// <summary>From the experiences of a stream to models of success and of the numbers that they have in common, each against its champion. Pure; minutes of work for large streams.</summary>
internal static class StreamTrainer
{
    /// <summary>Name of the target that every stream has.</summary>
    public const string SuccessTarget = "success";

    /// <summary>Trains.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="experiences">What to learn from, in order of arrival.</param>
    /// <param name="champions">The models that answer now, by target.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Looked at between stages.</param>
    /// <returns>By target, success first.</returns>
    public static IReadOnlyList<TargetTraining> Train(
        string stream, IReadOnlyList<Experience> experiences, IReadOnlyDictionary<string, PredictionModel> champions, StreamTrainingOptions options, CancellationToken cancellation)
    {
        var encoder = new ExperienceEncoder(Schema(stream, experiences, champions.Values));
        var rows = new double[experiences.Count][];
        var numbers = new Dictionary<string, List<(int Row, double Value)>>(StringComparer.Ordinal);
        for (var i = 0; i < rows.Length; i++)
        {
            if (i % 1000 == 0) { cancellation.ThrowIfCancellationRequested(); }
            rows[i] = encoder.Encode(experiences[i]);
            foreach (var (name, value) in ExperienceTargets.Numbers(experiences[i]))
            {
                if (!numbers.TryGetValue(name, out var values)) { numbers.Add(name, values = []); }
                values.Add((i, value));
            }
        }

        var all = new Examples(encoder, experiences, rows, champions, options, cancellation);
        var trained = new List<TargetTraining> { all.Train(SuccessTarget, ModelObjective.Success, [.. experiences.Select((experience, i) => (i, experience.Success ? 1.0 : 0))]) };
        var frequent = numbers.Where(number => number.Value.Count >= options.NumberShareMin * rows.Length && !IsRepeat(number.Key, numbers)).OrderByDescending(number => number.Value.Count).ThenBy(number => number.Key, StringComparer.Ordinal).Take(PredictionLimits.NumbersMax);
        trained.AddRange(frequent.Select(number => all.Train(number.Key, ModelObjective.Number, [.. number.Value.TakeLast(options.NumberRowsMax)])));
        return trained;
    }

    /// <summary>A metric that the outcome says too, under the same name and of the same experiences with the same values: one model is enough.</summary>
    private static bool IsRepeat(string name, Dictionary<string, List<(int Row, double Value)>> numbers) =>
        name.StartsWith("metrics.", StringComparison.Ordinal) && numbers.TryGetValue("outcome." + name["metrics.".Length..], out var told) && told.SequenceEqual(numbers[name]);

    /// <summary>Learned from these experiences alone; its version goes on from that of the champions.</summary>
    private static FeatureSchema Schema(string stream, IReadOnlyList<Experience> experiences, IEnumerable<PredictionModel> champions)
    {
        var learner = new SchemaLearner(FeatureSchema.Empty(stream));
        foreach (var experience in experiences) { learner.Observe(experience); }
        var schema = learner.ToSchema();
        var known = champions.Select(champion => champion.Schema).OfType<FeatureSchema>().MaxBy(old => old.Version);
        return known is null ? schema : schema with { Version = schema.HasFeaturesOf(known) ? known.Version : known.Version + 1 };
    }

    /// <summary>The experiences of one training, as rows.</summary>
    private sealed class Examples(
        ExperienceEncoder encoder, IReadOnlyList<Experience> experiences, double[][] rows, IReadOnlyDictionary<string, PredictionModel> champions, StreamTrainingOptions options, CancellationToken cancellation)
    {
        // As far as the stream has come: an outcome is known when its experience arrives.
        private readonly long[] _clock = Clock(experiences);

        public TargetTraining Train(string target, ModelObjective objective, (int Row, double Value)[] values)
        {
            cancellation.ThrowIfCancellationRequested();
            var data = new TrainingSet
            {
                Features = FeatureRows.ToTable(encoder.Features, [.. values.Select(value => rows[value.Row])]),
                Targets = [.. values.Select(value => value.Value)],
                Times = [.. values.Select(value => experiences[value.Row].Timestamp.ToUnixTimeMilliseconds())],
                Known = [.. values.Select(value => _clock[value.Row])],
                Target = target,
                Schema = encoder.Schema,
            };
            var challenger = ModelTrainer.Train(data, options.Training with { Objective = objective }, cancellation);
            if (challenger.Model is not { } model) { return new(target, null, challenger.Reason); }
            if (champions.GetValueOrDefault(target) is not { Schema: { } schema } champion) { return new(target, model, "The first model."); }
            var known = schema.HasFeaturesOf(encoder.Schema) ? data.Features : new ExperienceEncoder(schema).Table([.. values.Select(value => experiences[value.Row])]);
            var comparison = ModelComparison.Of(champion, known, data, challenger, new Random(options.Training.Seed));
            return new(target, comparison.Verdict == Verdict.ChallengerBetter ? model : null, comparison.Statement);
        }

        private static long[] Clock(IReadOnlyList<Experience> experiences)
        {
            var clock = new long[experiences.Count];
            for (var i = 0; i < clock.Length; i++) { clock[i] = Math.Max(i == 0 ? long.MinValue : clock[i - 1], experiences[i].Timestamp.ToUnixTimeMilliseconds()); }
            return clock;
        }
    }
}
