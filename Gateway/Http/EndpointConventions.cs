using Microsoft.Extensions.Options;

namespace NexusActors.Http;

/// <summary>What endpoints say of themselves, once for all rooms.</summary>
internal static class EndpointConventions
{
    /// <summary>Names the endpoint and says what it does; both appear in the OpenAPI document.</summary>
    public static RouteHandlerBuilder Named(this RouteHandlerBuilder endpoint, string name, string summary, string? description = null)
    {
        endpoint.WithName(name).WithSummary(summary);
        return description is null ? endpoint : endpoint.WithDescription(description);
    }

    /// <summary>Lists the statuses with which the endpoint refuses; 500 and 503 are understood.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            endpoint.Produces<Problem>(status, ProblemWriter.MediaType);
        }
        return endpoint.Produces<Problem>(StatusCodes.Status500InternalServerError, ProblemWriter.MediaType)
            .Produces<Problem>(StatusCodes.Status503ServiceUnavailable, ProblemWriter.MediaType);
    }

    /// <summary>Says which body the endpoint takes, for the document; the endpoint reads it itself.</summary>
    public static RouteHandlerBuilder Takes<TContract>(this RouteHandlerBuilder endpoint, bool optional = false) where TContract : notnull =>
        endpoint.WithMetadata(new BodyContract(typeof(TContract), optional, Many: false));

    /// <summary>Says which items the endpoint takes as an array or one per line, and lets it take a bulk body.</summary>
    public static RouteHandlerBuilder TakesMany<TContract>(this RouteHandlerBuilder endpoint, IServiceProvider services) where TContract : notnull =>
        endpoint.WithMetadata(new BodyContract(typeof(TContract), Optional: false, Many: true))
            .WithMetadata(new BodyLimit(services.GetRequiredService<IOptions<GatewayOptions>>().Value.BulkBodyBytesMax));
}

/// <summary>The body that an endpoint takes, for the OpenAPI document only.</summary>
/// <param name="Type">The contract, of the body or of each item.</param>
/// <param name="Optional">Whether it may be left out.</param>
/// <param name="Many">Whether it is an array of the contract, or one per line.</param>
internal sealed record BodyContract(Type Type, bool Optional, bool Many);

/// <summary>A query parameter that an endpoint reads itself, for the OpenAPI document only.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
/// <param name="Type">The kind of its value.</param>
internal sealed record QueryContract(string Name, string Description, Type Type);

/// <summary>A request header that an endpoint reads itself, for the OpenAPI document only.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
internal sealed record HeaderContract(string Name, string Description)
{
    /// <summary>The header that makes a submit repeatable.</summary>
    public static HeaderContract IdempotencyKey { get; } = new("Idempotency-Key", "1–255 printable characters; a repeat with the same key and body gets the first answer.");
}
