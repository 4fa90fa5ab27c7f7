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
    /// <param name="serverCpu">CPU time that it has used so far.</param>
    /// <param name="callers">How many at once.</param>
    /// <param name="calls">How many in all, after a fifth more to warm up.</param>
    /// <param name="request">The request of a caller; made once for each.</param>
    public static HttpRate Measure(Uri address, Func<TimeSpan> serverCpu, int callers, int calls, Func<int, byte[]> request)
    {
        Run(address, callers, calls / WarmupShare, request, new Latencies());
        var latencies = new Latencies();
        var cpu = serverCpu();
        var time = Run(address, callers, calls, request, latencies);
        return new HttpRate(calls / time.TotalSeconds, latencies, (serverCpu() - cpu).TotalMicroseconds / calls);
    }

    private static TimeSpan Run(Uri address, int callers, int calls, Func<int, byte[]> request, Latencies latencies)
    {
        var share = new Share(calls);
        var all = Enumerable.Range(0, callers).Select(caller => new Repeated(request(caller), share)).ToArray();
        var time = Callers.Run(address, all);
        foreach (var caller in all) { latencies.Add(caller.Times); }
        return time;
    }

    /// <summary>The same request again and again.</summary>
    private sealed class Repeated(byte[] request, Share share) : ICaller
    {
        private long _sent;

        public List<long> Times { get; } = [];

        public ReadOnlySpan<byte> Begin()
        {
            _sent = Stopwatch.GetTimestamp();
            return share.Take(1) > 0 ? request : [];
        }

        public ReadOnlySpan<byte> Next(ReadOnlyMemory<byte> answer)
        {
            Times.Add(Stopwatch.GetTimestamp() - _sent);
            return Begin();
        }
    }
}
