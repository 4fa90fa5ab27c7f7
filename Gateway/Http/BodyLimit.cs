using Microsoft.AspNetCore.Http.Metadata;

namespace NexusActors.Http;

/// <summary>Largest body that an endpoint takes, where it is not that of ordinary requests; routing sets it on the connection.</summary>
internal sealed class BodyLimit(long bytes) : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize { get; } = bytes;
}
