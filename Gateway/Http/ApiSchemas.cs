using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace NexusActors.Http;

/// <summary>Schemas of types that have converters of their own: enums by wire name, times, JSON of open shape.</summary>
internal sealed class WireSchemas : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            var known = (IReadOnlyList<string>)typeof(WireName<>).MakeGenericType(plain).GetProperty("Known")!.GetValue(null)!;
            schema.Enum = [.. known.Select(name => (JsonNode)JsonValue.Create(name))];
            schema.Description = schema.Description?.Split([" On the wire", " Appended"], StringSplitOptions.None)[0];   // the rest is for those who change the code
        }
        else if (plain == typeof(DateTimeOffset))
        {
            schema.Type = plain == type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "date-time";
        }
        else if (plain == typeof(RawJson))
        {
            schema.Description ??= "JSON of any form, kept as it was written.";
        }
        return Task.CompletedTask;
    }
}

/// <summary>Puts what an endpoint reads itself into the document: body, query and headers.</summary>
internal sealed class ReadContracts : IOpenApiOperationTransformer
{
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var query in metadata.OfType<QueryContract>())
        {
            Add(operation, ParameterLocation.Query, query.Name, query.Description, await context.GetOrCreateSchemaAsync(query.Type, null, cancellationToken));
        }
        foreach (var header in metadata.OfType<HeaderContract>())
        {
            Add(operation, ParameterLocation.Header, header.Name, header.Description, await context.GetOrCreateSchemaAsync(typeof(string), null, cancellationToken));
        }
        if (metadata.OfType<BodyContract>().LastOrDefault() is { } body)
        {
            var item = await ComponentAsync(body.Type, context, cancellationToken);
            var whole = body.Many ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = item } : item;
            operation.RequestBody = new OpenApiRequestBody { Required = !body.Optional, Content = new Dictionary<string, OpenApiMediaType> { [JsonBody.MediaType] = new() { Schema = whole } } };
            if (body.Many) { operation.RequestBody.Content![BulkBody.LinesMediaType] = new() { Schema = item }; }
        }
    }

    private static async Task<IOpenApiSchema> ComponentAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(type, null, cancellation);
        context.Document!.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, context.Document);
    }

    private static void Add(OpenApiOperation operation, ParameterLocation where, string name, string description, OpenApiSchema schema) =>
        (operation.Parameters ??= []).Add(new OpenApiParameter { Name = name, In = where, Description = description, Schema = schema });
}
