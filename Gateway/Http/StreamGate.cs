using Microsoft.Extensions.Options;
using NexusActors.Errors;

namespace NexusActors.Http;

/// <summary>Bounds how many event streams are open at once.</summary>
internal sealed class StreamGate(IOptions<GatewayOptions> options)
{
    private readonly int _max = options.Value.StreamsMax;
    private int _open;

    /// <summary>Streams open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Takes a place; dispose it to give it back. Refuses when there is none.</summary>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _open) <= _max) { return new Place(this); }
        Interlocked.Decrement(ref _open);
        throw new NexusException(NexusError.LimitReached, $"{_max} event streams are open, which is the limit; close one or try again later", retryAfter: TimeSpan.FromSeconds(5));
    }

    private sealed class Place(StreamGate gate) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) { Interlocked.Decrement(ref gate._open); }
        }
    }
}
