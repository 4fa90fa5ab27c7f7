using System.Diagnostics;

namespace NexusActors.Benchmarks;

/// <summary>How fast one route answers.</summary>
/// <param name="PerSecond">Answers per second.</param>
/// <param name="Latencies">Of each call.</param>
/// <param name="ServerCpu">Microseconds of the server's CPU per call.</param>
internal sealed record HttpRate(double PerSecond, Latencies Latencies, double ServerCpu)
{
    private const int WarmupShare = 5;

    /// <summary>Calls one route from several callers, each waiting for its answer before it calls again.</summary>
    /// <param name="address">The server.</param>
    /// <param name="server">Its process.</param>
    /// <param name="callers">How many at once.</param>
    /// <param name="calls">How many in all, after a fifth more to warm up.</param>
    /// <param name="request">The request of a caller; made once for each.</param>
    public static HttpRate Measure(Uri address, ServerProcess server, int callers, int calls, Func<int, byte[]> request)
    {
        Run(address, callers, calls / WarmupShare, request, new Latencies());
        var latencies = new Latencies();
        var cpu = server.Cpu;
        var time = Run(address, callers, calls, request, latencies);
        return new HttpRate(calls / time.TotalSeconds, latencies, (server.Cpu - cpu).TotalMicroseconds / calls);
    }

    private static TimeSpan Run(Uri address, int callers, int calls, Func<int, byte[]> request, Latencies latencies)
    {
        var share = new Share(calls);
        return Crew.Run(callers, caller =>
        {
            using var connection = new HttpConnection(address);
            var bytes = request(caller);
            var times = new List<long>();
            while (share.Take(1) > 0)
            {
                var start = Stopwatch.GetTimestamp();
                connection.CallOk(bytes);
                times.Add(Stopwatch.GetTimestamp() - start);
            }
            latencies.Add(times);
        });
    }
}
