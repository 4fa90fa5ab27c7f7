using System.Diagnostics;

namespace NexusActors.Benchmarks;

/// <summary>Threads that start together; the first fault ends the run.</summary>
internal static class Crew
{
    private const int StackBytes = 256 * 1024;

    /// <summary>Runs the work of each member on a thread of its own.</summary>
    /// <returns>From the common start until the last one is done.</returns>
    public static TimeSpan Run(int members, Action<int> work)
    {
        Exception? fault = null;
        using var start = new ManualResetEventSlim();
        var threads = Enumerable.Range(0, members).Select(member => new Thread(() =>
        {
            start.Wait();
            try
            {
                work(member);
            }
            catch (Exception thrown)
            {
                Interlocked.CompareExchange(ref fault, thrown, null);
            }
        }, StackBytes)
        { IsBackground = true }).ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }
        var watch = Stopwatch.StartNew();
        start.Set();
        foreach (var thread in threads)
        {
            thread.Join();
        }
        return fault is null ? watch.Elapsed : throw new InvalidOperationException("a member of the crew failed", fault);
    }
}

/// <summary>Hands out a fixed amount of work.</summary>
internal sealed class Share(long total)
{
    private long _taken;

    /// <summary>How much was taken so far.</summary>
    public long Taken => Math.Min(total, Volatile.Read(ref _taken));

    /// <summary>Takes up to <paramref name="wanted"/>; 0: nothing is left.</summary>
    public int Take(int wanted)
    {
        var before = Interlocked.Add(ref _taken, wanted) - wanted;
        return (int)Math.Clamp(total - before, 0, wanted);
    }
}
