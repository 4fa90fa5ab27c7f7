namespace NexusActors.Coordination;

/// <summary>Exponential backoff with a cap and full jitter (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).</summary>
internal static class Backoff
{
    /// <summary>A delay drawn evenly from 0 to min(cap, base · 2^retry).</summary>
    /// <param name="retry">Retries made before this one, from 0.</param>
    /// <param name="first">Upper bound of the first delay.</param>
    /// <param name="cap">Upper bound of any delay.</param>
    /// <param name="chance">Draws from [0, 1).</param>
    public static TimeSpan Delay(int retry, TimeSpan first, TimeSpan cap, Func<double> chance)
    {
        var bound = Math.Min(cap.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(retry, 62)));
        return TimeSpan.FromSeconds(bound * chance());
    }
}
