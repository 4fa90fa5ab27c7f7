using System.Collections.Immutable;

namespace NexusActors.Coordination;

/// <summary>A pulling agent's bid while it is being served: what it has free shrinks with each task.</summary>
internal sealed class PullBid(string agentId, IEnumerable<string> capabilities, int max, int freeUnits, ImmutableSortedDictionary<string, double> freeResources) : IBid
{
    private readonly HashSet<string> _capabilities = new(capabilities, StringComparer.Ordinal);
    private readonly Dictionary<string, double> _freeResources = new(freeResources, StringComparer.Ordinal);
    private int _freeUnits = freeUnits;

    public string AgentId { get; } = agentId;

    /// <summary>A bid as it begins.</summary>
    public static PullBid From(AgentBid bid) => new(bid.AgentId, bid.Capabilities, bid.Max, bid.FreeUnits, bid.FreeResources);

    /// <summary>Tasks that it still wants.</summary>
    public int Wants { get; private set; } = max;

    /// <inheritdoc/>
    public bool Suits(TaskNeeds needs) => Wants > 0 && needs.Units <= _freeUnits && needs.SkilledIn(_capabilities) && needs.FitsIn(_freeResources);

    /// <summary>Counts a task that it gets.</summary>
    public void Take(TaskNeeds needs)
    {
        Wants--;
        _freeUnits -= needs.Units;
        needs.TakeFrom(_freeResources);
    }
}

/// <summary>A passive agent as its queue sees it.</summary>
internal sealed class AgentSeat(AgentPresence presence)
{
    private readonly HashSet<string> _capabilities = new(presence.Profile.Capabilities, StringComparer.Ordinal);

    public AgentPresence Presence { get; } = presence;

    public string AgentId => Presence.Profile.Id;

    /// <summary>Units that it holds, as far as this queue knows.</summary>
    public int Load { get; set; } = presence.Load;

    /// <summary>Set when it refused an offer; until something changes.</summary>
    public bool Full { get; set; }

    /// <summary>Whether work is assigned to it.</summary>
    public bool IsPassive => Presence is { Active: true, Draining: false, Profile.Mode: AgentMode.Passive };

    /// <summary>Load against capacity, 0–1.</summary>
    public double Share => (double)Load / Presence.Profile.MaxCapacity;

    /// <summary>Whether it could be offered such a task now. Resources are settled by the agent itself, which knows what it holds.</summary>
    public bool CanBeOffered(TaskNeeds needs) =>
        IsPassive && !Full && Load + needs.Units <= Presence.Profile.MaxCapacity && needs.SkilledIn(_capabilities) && needs.FitsIn(Presence.Profile.Resources);

    /// <summary>Why it cannot take such a task whatever its load; null: it could.</summary>
    public static string? Unfit(AgentView agent, IReadOnlyList<string> skills, ImmutableSortedDictionary<string, double> resources) =>
        !agent.Active ? "inactive"
        : agent.Draining ? "draining"
        : !skills.All(skill => agent.Profile.Capabilities.Contains(skill)) ? "capability"
        : !resources.All(need => TaskNeeds.Fits(need.Value, agent.Profile.Resources.GetValueOrDefault(need.Key))) ? "resources"
        : null;
}

/// <summary>The bid of all passive agents together.</summary>
internal sealed class SeatsBid(IReadOnlyCollection<AgentSeat> seats) : IBid
{
    /// <inheritdoc/>
    public bool Suits(TaskNeeds needs) => LeastLoaded(needs) is not null;

    /// <summary>The agent with the smallest share of its capacity in use that can be offered such a task; ties go to the smaller id. Null: none.</summary>
    public AgentSeat? LeastLoaded(TaskNeeds needs)
    {
        AgentSeat? best = null;
        foreach (var seat in seats)
        {
            if (seat.CanBeOffered(needs) && (best is null || seat.Share < best.Share || (seat.Share == best.Share && string.CompareOrdinal(seat.AgentId, best.AgentId) < 0))) { best = seat; }
        }
        return best;
    }
}
