using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CsCheck;

namespace NexusActors.Learning.Features;

public sealed class FeatureSchemaTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 30, 0, TimeSpan.Zero);

    /// <summary>Any JSON: nested, missing, mixed types at one path, lists, times.</summary>
    private static readonly Gen<string> Scalar = Gen.OneOf(
        Gen.Double[-1e6, 1e6].Select(number => number.ToString("R", CultureInfo.InvariantCulture)),
        Gen.Bool.Select(flag => flag ? "true" : "false"),
        Gen.Int[0, 5].Select(word => $"\"word{word}\""),
        Gen.Int[0, 300].Select(hour => $"\"{Start.AddHours(hour):yyyy-MM-ddTHH:mm:ssZ}\""),
        Gen.Int[0, 4].Array[0, 3].Select(list => $"[{string.Join(',', list)}]"),
        Gen.Const("null"));

    private static readonly Gen<string> Object = Gen.Select(Gen.Int[0, 4].ArrayUnique[0, 5], Scalar.Array[5], Gen.Bool).Select((names, values, nested) =>
        $"{{{string.Join(',', names.Select((name, i) => nested && i == 0 ? $"\"p{name}\":{{\"q\":{values[i]}}}" : $"\"p{name}\":{values[i]}"))}}}");

    private static readonly Gen<Experience> Any = Gen.Select(Object, Object, Object, Gen.Bool, Gen.Int[0, 10_000]).Select((context, action, outcome, success, hour) => new Experience
    {
        Id = "e",
        Stream = "s",
        Timestamp = Start.AddHours(hour),
        Success = success,
        ContextJson = context,
        ActionJson = action,
        OutcomeJson = outcome,
    });

    [Fact]
    public void Encode_SchemaStoredAndRestored_GivesTheSameRows() =>
        Any.Array[1, 40].Sample(experiences =>
        {
            var schema = Learned(experiences);
            var restored = JsonSerializer.Deserialize<FeatureSchema>(JsonSerializer.Serialize(schema))!;
            var (first, second) = (new ExperienceEncoder(schema), new ExperienceEncoder(restored));
            Assert.Equal(first.Features.Select(feature => feature.Name), second.Features.Select(feature => feature.Name));
            foreach (var experience in experiences) { Assert.Equal(first.Encode(experience), second.Encode(experience)); }
        }, iter: 200);

    [Fact]
    public void Features_OutcomeOfEveryKindChanges_NothingChanges() =>
        Gen.Select(Any.Array[1, 30], Object, Gen.Double[0, 1]).Sample((experiences, outcome, score) =>
        {
            var changed = experiences.Select(experience => experience with
            {
                Success = !experience.Success,
                OutcomeJson = outcome,
                FeedbackScore = score,
                Tags = ["late"],
                Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("late", score),
                Seq = 9,
            }).ToArray();
            var (before, after) = (Learned(experiences), Learned(changed));
            Assert.Equal(JsonSerializer.Serialize(before), JsonSerializer.Serialize(after));
            for (var i = 0; i < changed.Length; i++) { Assert.Equal(new ExperienceEncoder(before).Encode(experiences[i]), new ExperienceEncoder(after).Encode(changed[i])); }
        }, iter: 200);

    [Fact]
    public void Learn_InTwoPartsOverAStoredVersion_CountsAsInOne() =>
        Any.Array[2, 40].Sample(experiences =>
        {
            var half = Learned([.. experiences.Take(experiences.Length / 2)]);
            var learner = new SchemaLearner(half);
            foreach (var experience in experiences.Skip(experiences.Length / 2)) { learner.Observe(experience); }
            var (parts, whole) = (learner.ToSchema(), Learned(experiences));
            Assert.Equal(whole.Experiences, parts.Experiences);
            Assert.Equal(whole.Fields.Select(field => (field.Path, field.Role, field.Numbers, field.Words, field.Times, field.Lists, field.Nulls)), parts.Fields.Select(field => (field.Path, field.Role, field.Numbers, field.Words, field.Times, field.Lists, field.Nulls)));
        }, iter: 200);

    [Fact]
    public void Encode_EveryKindOfValue_IsFoundAtItsPath()
    {
        var experience = Of("""{"disk":{"free_gb":12.5,"raid":true},"region":"eu","opened":"2026-03-02T08:00:00Z","tools":["ssh","git"],"gone":null,"log":"LONG"}""".Replace("LONG", new string('x', 200), StringComparison.Ordinal), """{"kind":"restart"}""");
        var encoder = new ExperienceEncoder(Learned(experience, experience));

        var row = encoder.Encode(experience);

        double At(string name) => row[encoder.Features.Select(feature => feature.Name).ToList().IndexOf(name)];
        Assert.Equal(10.5, At("time.hour"));
        Assert.Equal(1, At("time.weekday"));
        Assert.Equal(12.5, At("context.disk.free_gb"));
        Assert.Equal(1, At("context.disk.raid"));
        Assert.Equal(0, At("context.region"));
        Assert.Equal(2.5, At("context.opened#age_hours"));
        Assert.Equal(2, At("context.tools#count"));
        Assert.Equal(1, At("context.tools[git]"));
        Assert.Equal(200, At("context.log#length"));
        Assert.Equal(0, At("action.kind"));
    }

    [Fact]
    public void Encode_UnseenWordAndMissingField_AreToldApart()
    {
        var encoder = new ExperienceEncoder(Learned(Of("""{"a":"x"}"""), Of("""{"a":"x"}""")));

        Assert.Equal(FieldSchema.Other, encoder.Features[2].Categories[(int)encoder.Encode(Of("""{"a":"never seen"}"""))[2]]);
        Assert.True(double.IsNaN(encoder.Encode(Of("{}"))[2]));
        Assert.True(double.IsNaN(encoder.Encode(Of("""{"a":7}"""))[2]));
    }

    [Fact]
    public void Encode_NameWithADot_IsTheNestedPath()
    {
        var encoder = new ExperienceEncoder(Learned(Of("""{"a.b":1}""")));

        Assert.Equal(5, encoder.Encode(Of("""{"a.b":5}"""))[2]);
        Assert.Equal(6, encoder.Encode(Of("""{"a":{"b":6}}"""))[2]);
    }

    [Fact]
    public void Learn_NumberThenText_HasBothAndSaysSo()
    {
        var schema = Learned(Of("""{"size":3}"""), Of("""{"size":"large"}"""), Of("""{"size":"large"}"""));

        Assert.Equal(["context.size", "context.size#word"], schema.Features.Skip(2).Select(feature => feature.Name));
        Assert.Contains("context.size changes its type: 1 numbers, 2 words", Assert.Single(schema.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Learn_MoreWordsThanTheVocabulary_KeepsFrequentOnesAndSaysSo()
    {
        var learner = new SchemaLearner(FeatureSchema.Empty("s"));
        for (var i = 0; i < 5_000; i++)
        {
            learner.Observe(Of($$"""{"id":"rare{{i}}"}"""));
            learner.Observe(Of($$"""{"id":"common{{i % 50}}"}"""));
        }

        var field = Assert.Single(learner.ToSchema().Fields);
        Assert.Equal(50, field.Vocabulary.Length);
        Assert.All(field.Vocabulary, word => Assert.StartsWith("common", word.Word, StringComparison.Ordinal));
        Assert.Contains("too many words", Assert.Single(learner.ToSchema().Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void ToSchema_NothingNew_KeepsTheVersion()
    {
        var first = Learned(Of("""{"a":"x"}"""), Of("""{"a":"x"}"""));
        var learner = new SchemaLearner(first);
        learner.Observe(Of("""{"a":"x"}"""));

        Assert.Equal((1, 3), (learner.ToSchema().Version, learner.ToSchema().Experiences));
        learner.Observe(Of("""{"b":1}"""));
        Assert.Equal(2, learner.ToSchema().Version);
    }

    [Fact]
    public void Learn_FieldsWithoutEnd_StopsAtTheLimitAndSaysSo()
    {
        var learner = new SchemaLearner(FeatureSchema.Empty("s"));
        for (var i = 0; i < 400; i++) { learner.Observe(Of($$"""{"f{{i}}":1}""")); }

        Assert.Equal(FeatureLimits.FieldsMax, learner.ToSchema().Fields.Length);
        Assert.Contains("left out", Assert.Single(learner.ToSchema().Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_OutcomeAndMetrics_AreTargets()
    {
        var experience = Of("{}") with { OutcomeJson = """{"took":{"seconds":3.5},"state":"done","ok":true}""", Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("cpu", 0.5) };

        Assert.Equal([("outcome.took.seconds", 3.5), ("metrics.cpu", 0.5)], ExperienceTargets.Numbers(experience));
    }

    [Fact]
    public void DecayedRates_AgainstSumOfPowers_AreEqual() =>
        Gen.Select(Gen.Int[0, 100], Gen.Bool).Array[1, 50].Sample(steps =>
        {
            var rates = new DecayedRates(TimeSpan.FromHours(7), 0.4, 3);
            var (now, seen) = (Start, new List<(DateTimeOffset At, double Value)>());
            foreach (var (hours, good) in steps)
            {
                now += TimeSpan.FromHours(hours);
                var weights = seen.Select(value => Math.Pow(0.5, (now - value.At).TotalHours / 7)).ToArray();
                Assert.Equal((seen.Select((value, i) => value.Value * weights[i]).Sum() + 0.4 * 3) / (weights.Sum() + 3), rates.Mean("w", now), 1e-9);
                Assert.Equal(weights.Sum(), rates.Weight("w", now), 1e-9);
                rates.Add("w", now, good ? 1 : 0);
                seen.Add((now, good ? 1 : 0));
            }
        });

    private static Experience Of(string context, string action = "{}") => new() { Id = "e", Stream = "s", Timestamp = Start, Success = true, ContextJson = context, ActionJson = action };

    private static FeatureSchema Learned(params Experience[] experiences)
    {
        var learner = new SchemaLearner(FeatureSchema.Empty("s"));
        foreach (var experience in experiences) { learner.Observe(experience); }
        return learner.ToSchema();
    }
}
