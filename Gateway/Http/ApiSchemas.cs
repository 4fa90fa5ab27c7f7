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
        }
        else if (plain == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "date-time";
        }
        else if (plain == typeof(RawJson))
        {
            schema.Description ??= "JSON of any form, kept as it was written.";
        }
        return Task.CompletedTask;
    }
}

/// <summary>Puts the body that an endpoint reads itself into the document.</summary>
internal sealed class BodyContracts : IOpenApiOperationTransformer
{
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<BodyContract>().LastOrDefault() is not { } body) { return; }
        var schema = await context.GetOrCreateSchemaAsync(body.Type, null, cancellationToken);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = !body.Optional,
            Content = body.MediaTypes.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = schema }),
        };
    }
}
