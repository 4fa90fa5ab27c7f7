using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace NexusActors.Http;

/// <summary>One Kestrel with a listener for each service that is served here.</summary>
internal sealed class GatewayKestrel(IOptions<GatewayOptions> gateway) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        var settings = gateway.Value;
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = settings.BodyBytesMax;
        options.Limits.MaxConcurrentConnections = settings.ConnectionsMax;
        options.Limits.RequestHeadersTimeout = settings.HeadersTimeout;
        var address = IPAddress.Parse(settings.BindAddress);
        foreach (var service in ServedApi.All(settings))
        {
            options.Listen(address, service.Port, listener => listener.Protocols = HttpProtocols.Http1);
        }
    }
}
