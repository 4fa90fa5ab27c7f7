namespace NexusActors.Samples.Agent;

/// <summary>Waits between repeats of a call: exponential, capped, with full jitter so that many agents do not come back at once.</summary>
/// <param name="first">Upper bound of the first wait.</param>
/// <param name="cap">Upper bound of any wait.</param>
/// <param name="random">Chance.</param>
internal sealed class Backoff(TimeSpan first, TimeSpan cap, Random random)
{
    /// <summary>The wait before repeat <paramref name="repeat"/> (from 1); never below what the server asked for.</summary>
    public TimeSpan Wait(int repeat, TimeSpan? asked)
    {
        var bound = Math.Min(cap.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(repeat - 1, 30)));
        double share;
        lock (random)
        {
            share = random.NextDouble();
        }
        var jittered = TimeSpan.FromSeconds(bound * share);
        return asked is { } least ? least + jittered : jittered;
    }
}
