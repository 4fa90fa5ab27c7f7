using System.Net;
using System.Net.Sockets;

namespace NexusActors.Processes;

/// <summary>A temporary data folder and free ports for one silo after another. Disposing deletes the folder.</summary>
public sealed class SiloPlace : IDisposable
{
    private const int FirstPort = 10_000, PortCount = 8_000;
    private static int s_next = Environment.ProcessId * 37 % PortCount;
    private readonly int[] _ports = FreePorts(3);

    /// <summary>The data folder, also the working directory.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("nexus-").FullName;

    /// <summary>Base address of the coordinator.</summary>
    public Uri Coordination => new($"http://127.0.0.1:{_ports[0]}/");

    /// <summary>Base address of the learning engine.</summary>
    public Uri Learning => new($"http://127.0.0.1:{_ports[1]}/");

    /// <summary>Base address of the optimizer.</summary>
    public Uri Optimization => new($"http://127.0.0.1:{_ports[2]}/");

    /// <summary>The arguments that put a silo here.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        $"--Nexus:Silo:DataFolder={Folder}",
        $"--Nexus:Gateway:CoordinationPort={_ports[0]}",
        $"--Nexus:Gateway:LearningPort={_ports[1]}",
        $"--Nexus:Gateway:OptimizationPort={_ports[2]}",
    ];

    /// <summary>
    /// Ports of loopback on which nothing listens now, all different, and never the same twice in this process. They lie below the range from which
    /// the operating system takes ports for outgoing connections: a silo that is killed and started again finds its ports free.
    /// </summary>
    public static int[] FreePorts(int count)
    {
        var ports = new int[count];
        for (var found = 0; found < count;)
        {
            var port = FirstPort + (Interlocked.Increment(ref s_next) % PortCount);
            if (!Listens(port)) { ports[found++] = port; }
        }
        return ports;
    }

    /// <summary>Whether nothing listens on any of them now.</summary>
    public static bool AreFree(IEnumerable<int> ports) => !ports.Any(Listens);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static bool Listens(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
