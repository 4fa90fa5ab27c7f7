using System.Diagnostics;

namespace NexusActors.Chaos;

/// <summary>Seconds since the start of the run, by a clock that nobody sets.</summary>
internal sealed class Timeline
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public double Now => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>For the person who waits.</summary>
    public static void Progress(string what) => Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {what}");
}
