using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NexusActors.Benchmarks;

/// <summary>A caller that waits for the answer to its call before it makes the next.</summary>
internal interface ICaller
{
    /// <summary>The first request; empty: there is nothing to do.</summary>
    ReadOnlySpan<byte> Begin();

    /// <summary>Takes the answer (valid until the next call) and gives the next request; empty: done.</summary>
    ReadOnlySpan<byte> Next(ReadOnlyMemory<byte> answer);
}

/// <summary>
/// Drives many callers, each on a connection of its own, from one thread: the load generator shares the cores with the server, and a thread for each caller would cost both of them
/// a change of threads for every call.
/// </summary>
internal static class Callers
{
    private const short Readable = 1;
    private const int Interrupted = 4;

    /// <summary>Runs callers until all are done.</summary>
    /// <returns>From the first request until the last answer.</returns>
    public static TimeSpan Run(Uri server, IReadOnlyList<ICaller> callers)
    {
        var connections = callers.Select(_ => new HttpConnection(server)).ToArray();
        try
        {
            var ready = connections.Select(connection => new Watched { Socket = connection.Descriptor, Wanted = Readable }).ToArray();
            var watch = Stopwatch.StartNew();
            var open = 0;
            for (var i = 0; i < connections.Length; i++) { open += Send(i, callers[i].Begin()); }
            while (open > 0)
            {
                if (poll(ready, (nuint)ready.Length, Timeout.Infinite) < 0 && Marshal.GetLastPInvokeError() != Interrupted) { throw new IOException($"poll: error {Marshal.GetLastPInvokeError()}"); }
                for (var i = 0; i < ready.Length; i++)
                {
                    if (ready[i].Found != 0 && Send(i, callers[i].Next(connections[i].ReceiveOk())) == 0) { open--; }
                }
            }
            return watch.Elapsed;

            int Send(int i, ReadOnlySpan<byte> request)
            {
                connections[i].Send(request);
                if (!request.IsEmpty) { return 1; }
                ready[i].Socket = -1;                                              // looked at no more
                return 0;
            }
        }
        finally
        {
            foreach (var connection in connections) { connection.Dispose(); }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int Socket;
        public short Wanted;
        public short Found;
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll([In, Out] Watched[] watched, nuint count, int timeoutMs);
}
