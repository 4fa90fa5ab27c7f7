using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using NexusActors.Hosting;
using NexusActors.Http;

namespace NexusActors.Contract;

/// <summary>
/// Bodies that nobody thought of: random trees, and valid bodies changed at random places. Whatever comes, the service answers in JSON, never fails,
/// and after a refusal nothing has changed. The seed is printed on failure.
/// </summary>
[Collection(EmbeddedCollection.Name)]
public sealed class GeneratedInputTests(EmbeddedFixture service)
{
    private const int Samples = 400;

    // Lone surrogates are left out: the client itself could not send them.
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 0, 20],
        Gen.String[Gen.Char['\u0000', '\ud7ff'], 0, 8],
        Gen.OneOf<string>("", ".", "..", "a/b", "default", "pull", "passive", "analysis", "completed", "2030-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "run"));

    private static readonly Gen<string> Numbers = Gen.OneOf(
        Gen.Int.Select(number => number.ToString(CultureInfo.InvariantCulture)),
        Gen.Double.Where(double.IsFinite).Select(number => number.ToString("R", CultureInfo.InvariantCulture)),
        Gen.OneOf("0", "1", "5", "-1", "1e999", "-1e999", "1e-400", "0.0001", "2147483648", "99999999999999999999999", "315360000"));

    private static readonly Gen<JsonNode?> Trees = Gen.Recursive<JsonNode?>((depth, inner) =>
    {
        var leaf = Gen.OneOf(
            Gen.Const((JsonNode?)null),
            Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)),
            Numbers.Select(JsonOf),
            Texts.Select(text => (JsonNode?)JsonValue.Create(text)));
        return depth > 3 ? leaf : Gen.OneOf(
            leaf,
            inner.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(Copy)])),
            Gen.Select(Texts, inner).Array[0, 4].Select(members => (JsonNode?)ObjectOf(members)));
    });

    private static JsonNode? JsonOf(string text) => JsonNode.Parse(text);

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();

    private static JsonObject ObjectOf(IEnumerable<(string Name, JsonNode? Value)> members)
    {
        var value = new JsonObject();
        foreach (var (name, member) in members) { value[name] = Copy(member); }
        return value;
    }

    /// <summary>A value of the schema's own kind, mostly within its bounds.</summary>
    private static Gen<JsonNode?> Kind(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out var names)) { return Gen.OneOf([.. names.EnumerateArray().Select(name => name.GetString()!)]).Select(name => (JsonNode?)JsonValue.Create(name)); }
        switch (Schemas.TypeOf(schema))
        {
            case "string": return Texts.Select(text => (JsonNode?)JsonValue.Create(text));
            case "integer": return Gen.Int[0, 6].Select(number => (JsonNode?)JsonValue.Create(number));
            case "number": return Numbers.Select(JsonOf);
            case "boolean": return Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag));
            case "array": return (schema.TryGetProperty("items", out var items) ? Kind(items) : Trees).Array[0, 3].Select(list => (JsonNode?)new JsonArray([.. list.Select(Copy)]));
            case "object" when Schemas.Properties(schema).Any(): return Whole(schema);
            case "object" when schema.TryGetProperty("additionalProperties", out var values): return Gen.Select(Texts, Kind(values)).Array[0, 3].Select(members => (JsonNode?)ObjectOf(members));
            default: return Trees;
        }
    }

    /// <summary>A body of the schema: the required members, some of the others, and now and then something else in the place of one.</summary>
    private static Gen<JsonNode?> Whole(JsonElement schema)
    {
        var required = Schemas.Required(schema).ToHashSet();
        Gen<(string Name, JsonNode? Value, bool Present)>[] members =
        [
            .. Schemas.Properties(schema).Select(member => Gen.Select(Kind(member.Value), Trees, Gen.Int[0, 9], Gen.Bool, (kind, tree, chance, taken) =>
                (member.Name, chance == 0 ? tree : kind, required.Contains(member.Name) ? chance != 1 : taken))),
        ];
        return members.Length == 0 ? Trees
            : members.Aggregate(Gen.Const(new List<(string, JsonNode?)>()), (all, member) => Gen.Select(all, member, (list, one) => one.Present ? [.. list, (one.Name, one.Value)] : list))
                .Select(list => (JsonNode?)ObjectOf(list));
    }

    [Fact]
    public async Task AnyBody_AnyRoute_IsAnsweredAndARefusalChangesNothing()
    {
        // Nothing is given out meanwhile: what changes, changes by a request.
        (await service.Coordination.PostAsync("/coordination/stop")).Ok();
        try
        {
            service.TakeErrors();
            var operations = (await Operation.AllAsync(service)).Where(operation => operation.Body is not null).ToArray();
            var cases = Gen.OneOf([.. operations.Select(operation => Gen.Select(Gen.Frequency((1, Trees), (4, Whole(operation.Body!.Value))), body => (Operation: operation, Body: body?.ToJsonString() ?? "null")))]);
            var refused = 0;
            var taken = 0;
            await cases.SampleAsync(async sample =>
            {
                var (operation, item) = sample;
                var before = await Facts.ReadAsync(service);
                var answer = await service.All[operation.Port].SendAsync(operation.Method, operation.At(operation.Makes ? "generated" : "nobody"), operation.Carry(item));
                var status = (int)answer.Status;
                Assert.True(status < 500, $"{operation} {item}: {status} {answer.Text}");
                Assert.Equal("", string.Join('\n', service.TakeErrors()));
                if (status == 204) { return; }
                if (status < 300)
                {
                    taken++;
                    if (status == 202) { JsonDocument.Parse(answer.Text).Dispose(); }
                    else { answer.Ok(); }
                    return;
                }
                refused++;
                ProblemAssert.WellFormed(answer.Raw, answer.Text);
                Assert.Equal(before, await Facts.ReadAsync(service));
            }, iter: Samples, threads: 1);
            Assert.True(refused > 20 && taken > 20, $"both ways are seen: {refused} refused, {taken} taken");
        }
        finally
        {
            (await service.Coordination.PostAsync("/coordination/start")).Ok();
        }
    }
}
