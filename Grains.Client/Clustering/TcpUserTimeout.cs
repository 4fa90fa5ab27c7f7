using System.Net.Sockets;

namespace NexusActors.Clustering;

/// <summary>
/// How long what was sent over a connection may go unacknowledged before the connection is given up, so that a new one is made (RFC 5482). TCP sends again after 0.2, 0.4, 0.8 s and so on, twice as long
/// each time: over a link that was away for a moment, or that loses packets, a connection can stand still for half a minute while a new one would work at once. What the other end takes its time to answer is
/// acknowledged by its system and not meant.
/// </summary>
internal static class TcpUserTimeout
{
    /// <summary>Long enough for three repeats of a packet.</summary>
    public static readonly TimeSpan Value = TimeSpan.FromSeconds(2);

    /// <summary>The option of Linux, of <c>&lt;netinet/tcp.h&gt;</c>.</summary>
    public const int Level = 6, Option = 18;

    /// <summary>Sets it, where the system is Linux and the connection TCP; a socket that listens hands it on to what it accepts.</summary>
    public static void Set(Socket socket)
    {
        if (OperatingSystem.IsLinux() && socket.ProtocolType == ProtocolType.Tcp) { socket.SetRawSocketOption(Level, Option, BitConverter.GetBytes((int)Value.TotalMilliseconds)); }
    }
}
