using System.Text.Json;
using System.Text.Json.Nodes;
using NexusActors.Hosting;

namespace NexusActors.Contract;

/// <summary>One operation as its OpenAPI document describes it.</summary>
/// <param name="Port">Position of its port: 0 coordinator, 1 learning, 2 optimizer.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path with its parameters in braces.</param>
/// <param name="Body">Schema of its body, or of one item; null where it takes none.</param>
/// <param name="Required">Whether the body must be there.</param>
/// <param name="Many">Whether the body is a list of items, each answered for itself.</param>
public sealed record Operation(int Port, HttpMethod Method, string Path, JsonElement? Body, bool Required, bool Many)
{
    /// <summary>Names of the path's parameters.</summary>
    public string[] Parameters => [.. Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'))];

    /// <summary>Whether it makes a thing of the name in its path, which then need not be there.</summary>
    public bool Makes => Method == HttpMethod.Put && Parameters.Length == 1 && Path.EndsWith('}');

    /// <summary>The path with every parameter replaced.</summary>
    public string At(string id) => string.Join('/', Path.Split('/').Select(part => part.StartsWith('{') ? id : part));

    /// <summary>Puts one item into the body that carries it.</summary>
    public string Carry(string item) => Many ? $"[{item}]" : item;

    public override string ToString() => $"{Method} {Path}";

    /// <summary>Every operation of every port.</summary>
    public static async Task<IReadOnlyList<Operation>> AllAsync(EmbeddedFixture service)
    {
        var all = new List<Operation>();
        for (var port = 0; port < service.All.Count; port++)
        {
            var document = (await service.All[port].GetAsync("/openapi/v1.json")).Ok();
            foreach (var path in document.GetProperty("paths").EnumerateObject())
            {
                all.AddRange(path.Value.EnumerateObject().Select(operation => Read(port, path.Name, operation, document)));
            }
        }
        return all;
    }

    private static Operation Read(int port, string path, JsonProperty operation, JsonElement document)
    {
        var method = HttpMethod.Parse(operation.Name.ToUpperInvariant());
        if (!operation.Value.TryGetProperty("requestBody", out var body)) { return new(port, method, path, null, false, false); }
        var content = body.GetProperty("content");
        var many = content.TryGetProperty("application/x-ndjson", out var lines);
        var schema = (many ? lines : content.GetProperty("application/json")).GetProperty("schema");
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema = document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        }
        return new(port, method, path, schema, body.TryGetProperty("required", out var required) && required.GetBoolean(), many);
    }
}

/// <summary>Values made from a schema.</summary>
internal static class Schemas
{
    /// <summary>The type, without null; empty where anything is allowed.</summary>
    public static string TypeOf(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? ""
        : type.ValueKind == JsonValueKind.String ? type.GetString()! : type.EnumerateArray().Select(one => one.GetString()!).First(one => one != "null");

    public static IEnumerable<JsonProperty> Properties(JsonElement schema) => schema.TryGetProperty("properties", out var members) ? members.EnumerateObject() : [];

    public static IEnumerable<string> Required(JsonElement schema) => schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];

    /// <summary>The smallest value that is valid.</summary>
    public static JsonNode? Sample(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out var names)) { return names[0].GetString(); }
        switch (TypeOf(schema))
        {
            case "string": return schema.TryGetProperty("format", out var format) && format.GetString() == "date-time" ? "2030-01-01T00:00:00Z" : "x";
            case "integer" or "number": return schema.TryGetProperty("minimum", out var minimum) ? JsonNode.Parse(minimum.GetRawText()) : 1;
            case "boolean": return true;
            case "array": return new JsonArray();
            case "object":
                var value = new JsonObject();
                foreach (var name in Required(schema)) { value[name] = Sample(schema.GetProperty("properties").GetProperty(name)); }
                return value;
            default: return new JsonObject();
        }
    }

    /// <summary>A value that is wrong for the schema, for each way to be wrong that the schema states.</summary>
    public static IEnumerable<(string Why, JsonNode? Value)> Wrong(JsonElement schema)
    {
        var type = TypeOf(schema);
        if (type.Length == 0) { yield break; }
        yield return ("type", type switch { "string" => 5, "object" => new JsonArray(), "boolean" => 1, "array" => new JsonObject(), _ => "5" });
        if (schema.TryGetProperty("enum", out _)) { yield return ("enum", "no such value"); }
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "date-time") { yield return ("time", "tomorrow"); }
        if (schema.TryGetProperty("minimum", out var minimum)) { yield return ("minimum", minimum.GetDouble() - 1); }
        if (schema.TryGetProperty("maximum", out var maximum)) { yield return ("maximum", JsonNode.Parse($"{maximum.GetRawText()}9")); }
        if (schema.TryGetProperty("minLength", out var least) && least.GetInt32() > 0) { yield return ("minLength", ""); }
        if (schema.TryGetProperty("maxLength", out var longest)) { yield return ("maxLength", new string('x', longest.GetInt32() + 1)); }
        if (schema.TryGetProperty("minItems", out _)) { yield return ("minItems", new JsonArray()); }
        if (schema.TryGetProperty("maxItems", out var most)) { yield return ("maxItems", new JsonArray([.. Enumerable.Range(0, most.GetInt32() + 1).Select(_ => (JsonNode)"x")])); }
        if (type is "integer") { yield return ("fraction", 1.5); }
        if (type is "integer" or "number") { yield return ("huge", JsonNode.Parse("1e999")); }
    }

    /// <summary>Every member that can be wrong: the object to send with one wrong value, and the path that the answer must name.</summary>
    public static IEnumerable<(string Path, string Why, JsonObject Body)> Mutants(JsonElement schema)
    {
        foreach (var member in Properties(schema))
        {
            foreach (var (why, value) in Wrong(member.Value))
            {
                yield return (member.Name, why, new JsonObject { [member.Name] = value });
            }
            if (member.Value.TryGetProperty("items", out var items))
            {
                foreach (var (why, value) in Wrong(items)) { yield return ($"{member.Name}[0]", why, new JsonObject { [member.Name] = new JsonArray([value]) }); }
                foreach (var (path, why, inner) in Mutants(items)) { yield return ($"{member.Name}[0].{path}", why, new JsonObject { [member.Name] = new JsonArray([inner]) }); }
            }
            if (member.Value.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object)
            {
                foreach (var (why, value) in Wrong(values)) { yield return ($"{member.Name}.k", why, new JsonObject { [member.Name] = new JsonObject { ["k"] = value } }); }
                foreach (var (path, why, inner) in Mutants(values)) { yield return ($"{member.Name}.k.{path}", why, new JsonObject { [member.Name] = new JsonObject { ["k"] = inner } }); }
            }
            foreach (var (path, why, inner) in Mutants(member.Value)) { yield return ($"{member.Name}.{path}", why, new JsonObject { [member.Name] = inner }); }
        }
    }
}
