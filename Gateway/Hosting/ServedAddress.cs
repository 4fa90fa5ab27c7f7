using System.Net;
using System.Net.Sockets;
using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>Where a service is reached on this machine.</summary>
internal static class ServedAddress
{
    /// <summary>Base address, with a slash at its end.</summary>
    public static Uri AddressOn(this ServedApi api, GatewayOptions gateway) => Of(gateway.BindAddress, api.Port);

    /// <summary>Base address of a listener.</summary>
    public static Uri Of(string address, int port) =>
        new UriBuilder(Uri.UriSchemeHttp, IPAddress.TryParse(address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : address, port).Uri;
}
