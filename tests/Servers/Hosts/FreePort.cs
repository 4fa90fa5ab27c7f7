using System.Net;
using System.Net.Sockets;

namespace NexusActors.Servers.Hosts;

/// <summary>
/// Ports on which nothing listens now, never the same twice in this process. They lie below the range from which the operating system takes ports for
/// outgoing connections, so that a server that was killed finds its port free again.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000, Count = 8_000;
    private static int s_next = Environment.ProcessId * 37 % Count;

    public static int Take(string address)
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref s_next) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Parse(address), port);
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }
    }
}
