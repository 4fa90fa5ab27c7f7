using NexusActors.Samples.Agent;

namespace NexusActors.CrashAgent;

/// <summary>What the agent holds, for its heartbeats.</summary>
internal sealed class HeldLeases
{
    private readonly Dictionary<string, LeaseState> _byToken = [];
    private readonly Lock _gate = new();

    /// <summary>While set, no sign of life is given.</summary>
    public volatile bool Silent;

    public void Add(IEnumerable<HeldLease> leases)
    {
        lock (_gate)
        {
            foreach (var lease in leases)
            {
                _byToken[lease.LeaseToken] = new LeaseState(lease.TaskId, lease.LeaseToken);
            }
        }
    }

    public void Remove(IEnumerable<string> tokens)
    {
        lock (_gate)
        {
            foreach (var token in tokens)
            {
                _byToken.Remove(token);
            }
        }
    }

    public IReadOnlyList<LeaseState> All()
    {
        lock (_gate)
        {
            return [.. _byToken.Values];
        }
    }
}
