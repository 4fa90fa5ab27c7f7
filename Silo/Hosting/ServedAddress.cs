using System.Net;
using System.Net.Sockets;
using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>Where a service is reached on this machine.</summary>
internal static class ServedAddress
{
    /// <summary>Base address, with a slash at its end.</summary>
    public static Uri AddressOn(this ServedApi api, GatewayOptions gateway) =>
        new UriBuilder(Uri.UriSchemeHttp, IPAddress.TryParse(gateway.BindAddress, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : gateway.BindAddress, api.Port).Uri;
}
