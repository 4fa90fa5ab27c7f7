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

/// <summary>A caller whose requests have times to be sent at, whatever happens meanwhile (open loop).</summary>
internal interface IPacedCaller : ICaller
{
    /// <summary>When the request that was given last is to be sent, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    long Due { get; }

    /// <summary>It is sent now.</summary>
    void Sending(long now);
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
            var held = new PriorityQueue<(int Caller, byte[] Request), long>();
            var open = 0;
            for (var i = 0; i < connections.Length; i++) { open += Send(i, callers[i].Begin()); }
            while (open > 0)
            {
                if (poll(ready, (nuint)ready.Length, SendDue()) < 0 && Marshal.GetLastPInvokeError() != Interrupted) { throw new IOException($"poll: error {Marshal.GetLastPInvokeError()}"); }
                for (var i = 0; i < ready.Length; i++)
                {
                    if (ready[i].Found != 0 && Send(i, callers[i].Next(connections[i].ReceiveOk())) == 0) { open--; }
                }
            }
            return watch.Elapsed;

            int Send(int i, ReadOnlySpan<byte> request)
            {
                if (request.IsEmpty)
                {
                    ready[i].Socket = -1;                                          // looked at no more
                    return 0;
                }
                if (callers[i] is IPacedCaller paced) { held.Enqueue((i, request.ToArray()), paced.Due); }
                else { connections[i].Send(request); }
                return 1;
            }

            // Milliseconds until the next one is due.
            int SendDue()
            {
                while (held.TryPeek(out var next, out var due))
                {
                    var now = Stopwatch.GetTimestamp();
                    if (due > now) { return (int)Math.Ceiling((due - now) * 1000.0 / Stopwatch.Frequency); }
                    held.Dequeue();
                    ((IPacedCaller)callers[next.Caller]).Sending(now);
                    connections[next.Caller].Send(next.Request);
                }
                return Timeout.Infinite;
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
