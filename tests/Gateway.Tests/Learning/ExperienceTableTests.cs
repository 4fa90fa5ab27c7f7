using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.AspNetCore.Http;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Experiences as a table and back.</summary>
public sealed class ExperienceTableTests
{
    private static readonly string[] Words = ["true", "null", "42", "-1", "1e3", "007", "[1]", "{}", "\"x\"", " 5", "5 ", "=1+1"];
    private static readonly Gen<string> Name = Gen.String[Gen.Char["ab.\\ ,é\""], 1, 4];

    private static readonly Gen<JsonNode?> Scalar = Gen.OneOf(
        Gen.String[Gen.Char["ab1-+=@;,.\"'\r\n\té {}[]"], 0, 8].Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.OneOf(Words.Select(word => (IGen<string>)Gen.Const(word)).ToArray()).Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.Double[-1e9, 1e9].Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.Long.Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)),
        Gen.Const((JsonNode?)null),
        Gen.Const(0).Select(_ => (JsonNode?)new JsonArray(1, "a", new JsonObject { ["b"] = 2 })));

    private static readonly Gen<string> Open = Gen.Select(Name, Gen.OneOf(Scalar, Gen.Select(Name, Gen.OneOf(Scalar, Gen.Select(Name, Scalar).Array[0, 2].Select(ObjectOf))).Array[0, 3].Select(ObjectOf))).Array[0, 4].Select(members => ObjectOf(members)!.ToJsonString());

    private static readonly Gen<Experience> Any = Gen.Select(Open, Open, Open, Gen.Bool, Gen.Double[0, 1], Gen.String[Gen.Char["ab;,\"[ é"], 1, 5].Array[0, 3], Gen.Select(Name, Gen.Double[-1e6, 1e6]).Array[0, 3]).Select(
        (context, action, outcome, success, feedback, tags, metrics) => new Experience
        {
            Id = "e\"1,2",
            Stream = "42",
            Timestamp = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero).AddTicks(1_234_567),
            Success = success,
            FeedbackScore = feedback,
            LearningType = LearningType.Online,
            Tags = [.. tags.Distinct().Select(tag => $"t{tag}t")],
            ContextJson = context,
            ActionJson = action,
            OutcomeJson = outcome,
            Metrics = metrics.DistinctBy(metric => metric.Item1).ToImmutableSortedDictionary(metric => metric.Item1, metric => metric.Item2),
        });

    [Fact]
    public async Task WriteThenRead_AnyExperiences_ComeBackAsTheyWere() => await Any.Array[1, 4].SampleAsync(
        async experiences =>
        {
            var read = await ReadAsync(await WrittenAsync(experiences));

            Assert.Equal(experiences.Length, read.Count);
            foreach (var (before, after) in experiences.Zip(read))
            {
                Assert.Equal((before.Id, before.Stream, before.Timestamp, before.Success, before.FeedbackScore, before.LearningType), (after.Id, after.Stream, after.Timestamp, after.Success, after.FeedbackScore, after.LearningType));
                Assert.Equal(before.Tags.AsEnumerable(), after.Tags);
                Assert.Equal(before.Metrics, after.Metrics);
                Same(before.ContextJson, after.ContextJson);
                Same(before.ActionJson, after.ActionJson);
                Same(before.OutcomeJson, after.OutcomeJson);
            }
        },
        iter: 300);

    [Fact]
    public async Task Write_TextLikeAFormula_StandsInQuotes()
    {
        var table = await WrittenAsync([new Experience { Id = "e", Stream = "s", Timestamp = DateTimeOffset.UnixEpoch, Success = true, ContextJson = """{"a":"=cmd()","b":"plain","c":-5}""" }]);

        Assert.Equal(
            "id,stream,timestamp,success,feedback_score,learning_type,tags,context.a,context.b,context.c\r\ne,s,1970-01-01T00:00:00Z,true,0.5,supervised,,\"\"\"=cmd()\"\"\",plain,-5\r\n",
            table);
    }

    [Fact]
    public async Task Read_TableByHand_CellsAreReadAsTheyLook()
    {
        var read = Assert.Single(await ReadAsync("id,success,tags,context.host,context.cpu,context.disk.full,outcome.note,performance_metrics.ms\n42,true,a; b,web-1,0.5,false,,12\n"));

        Assert.Equal(("42", "default", true, LearningType.Supervised), (read.Id, read.Stream, read.Success, read.LearningType));
        Assert.Equal(["a", "b"], read.Tags.AsEnumerable());
        Assert.Equal(("""{"host":"web-1","cpu":0.5,"disk":{"full":false}}""", "{}", "{}"), (read.ContextJson, read.ActionJson, read.OutcomeJson));
        Assert.Equal(12, read.Metrics["ms"]);
    }

    [Theory]
    [InlineData("", "heading")]
    [InlineData("id,color\n1,red\n", "'color' is not known here")]
    [InlineData("id,context\n1,red\n", "'context' is not known here")]
    [InlineData("id,success\n1\n", "line 2 has 1 cells, and the heading 2")]
    [InlineData("id,context.a,context.a.b\n1,2,3\n", "context.a.b is a value in one column")]
    [InlineData("id,context.a,context.a\n1,2,3\n", "context.a is a value in one column")]
    [InlineData("id,context.a\n1,x\"y\"\n", "line 2 is not valid CSV")]
    public async Task Read_BrokenTable_IsRefusedWithTheReason(string table, string reason)
    {
        var fault = await Assert.ThrowsAsync<InputException>(() => ReadAsync(table));

        Assert.Contains(reason, fault.Message);
    }

    [Fact]
    public async Task Read_NotUtf8_IsRefused()
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream([.. "id,context.a\n1,"u8, 0xff, 0xfe, (byte)'\n']);

        var fault = await Assert.ThrowsAsync<InputException>(() => ExperienceTable.ReadAsync(http, new(), (_, _) => { }));

        Assert.Contains("UTF-8", fault.Message);
    }

    private static JsonNode? ObjectOf((string Name, JsonNode? Value)[] members)
    {
        var node = new JsonObject();
        foreach (var (name, value) in members.DistinctBy(member => member.Name)) { node[name] = value?.DeepClone(); }
        return node;
    }

    private static async Task<string> WrittenAsync(IReadOnlyList<Experience> experiences)
    {
        var columns = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var experience in experiences) { ExperienceTable.AddColumns(experience, columns); }
        var text = new StringWriter();
        await using (var table = ExperienceTable.Writer(text))
        {
            await ExperienceTable.WriteHeadingAsync(table, columns);
            foreach (var experience in experiences) { await ExperienceTable.WriteAsync(table, experience, columns); }
        }
        return text.ToString();
    }

    private static async Task<List<Experience>> ReadAsync(string table)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(table));
        var items = new BulkItems<Experience>();
        var count = await ExperienceTable.ReadAsync(http, new(), (_, json) => items.Add(json, input => LearningInput.Read(input, DateTimeOffset.UnixEpoch)));
        for (var i = 0; i < count; i++) { Assert.Equal("", items.FaultsOf(i)?.Text ?? ""); }
        return items.Valid;
    }

    private static void Same(string expected, string actual) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"{expected}\n{actual}");
}
