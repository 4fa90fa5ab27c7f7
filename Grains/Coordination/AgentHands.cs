using System.Collections.Immutable;

namespace NexusActors.Coordination;

/// <summary>What an agent holds: the units and resources in use, and where each task belongs. Not thread-safe: it belongs to one grain.</summary>
internal sealed class AgentHands
{
    private readonly Dictionary<string, (WorkShare Work, string? Token)> _held = new(StringComparer.Ordinal);
    private readonly HashSet<string> _doubted = new(StringComparer.Ordinal);
    private int _heldUnits;
    private int _reserved;

    /// <summary>Units in use or set aside.</summary>
    public int Units => _heldUnits + _reserved;

    /// <summary>Units in use.</summary>
    public int HeldUnits => _heldUnits;

    /// <summary>Queues of what is held.</summary>
    public IEnumerable<string> Queues => _held.Values.Select(held => held.Work.Queue).Distinct(StringComparer.Ordinal);

    /// <summary>A held task; null when it is not held.</summary>
    public WorkShare? Find(string taskId) => _held.GetValueOrDefault(taskId).Work;

    /// <summary>Whether one more task fits beside what is held and set aside, by units and by resources.</summary>
    public bool HasRoom(AgentProfile profile, WorkShare work) => Units + work.Units <= profile.MaxCapacity && HasResources(profile, work);

    /// <summary>Whether one more task fits beside what is held. What is set aside does not count: it is for tasks that may not come.</summary>
    public bool CanHold(AgentProfile profile, WorkShare work) => HeldUnits + work.Units <= profile.MaxCapacity && HasResources(profile, work);

    private bool HasResources(AgentProfile profile, WorkShare work) =>
        work.Resources.Count == 0 || FreeResources(profile) is var free && work.Resources.All(need => TaskNeeds.Fits(need.Value, free.GetValueOrDefault(need.Key)));

    /// <summary>What is left of each resource that the agent offers.</summary>
    public ImmutableSortedDictionary<string, double> FreeResources(AgentProfile profile)
    {
        if (profile.Resources.Count == 0) { return profile.Resources; }
        var free = profile.Resources.ToBuilder();
        foreach (var (name, amount) in _held.Values.SelectMany(held => held.Work.Resources))
        {
            if (free.TryGetValue(name, out var left)) { free[name] = left - amount; }
        }
        return free.ToImmutable();
    }

    /// <summary>Takes a task.</summary>
    /// <param name="work">What it takes up.</param>
    /// <param name="token">The token of its lease, as far as the agent knows it.</param>
    public void Take(WorkShare work, string? token = null)
    {
        Drop(work.TaskId);
        _doubted.Remove(work.TaskId);
        _held[work.TaskId] = (work, token);
        _heldUnits += work.Units;
    }

    /// <summary>Lets a task go.</summary>
    public void Drop(string taskId)
    {
        if (_held.Remove(taskId, out var held)) { _heldUnits -= held.Work.Units; }
    }

    /// <summary>Lets a task go whose lease was lost, unless it is held anew under another token.</summary>
    public void Lose(string taskId, string token)
    {
        if (_held.TryGetValue(taskId, out var held) && string.Equals(held.Token, token, StringComparison.Ordinal)) { Drop(taskId); }
    }

    /// <summary>Lets go what the facts do not know, at the second look: at the first, the facts may be about to come.</summary>
    /// <param name="held">Tasks that the agent holds by the facts.</param>
    public void Settle(IReadOnlySet<string> held)
    {
        foreach (var taskId in _doubted.Where(taskId => !held.Contains(taskId)).ToList()) { Drop(taskId); }
        _doubted.Clear();
        _doubted.UnionWith(_held.Keys.Where(taskId => !held.Contains(taskId)));
    }

    public void Clear()
    {
        _held.Clear();
        _heldUnits = 0;
    }

    public void Reserve(int units) => _reserved += units;

    public void Unreserve(int units) => _reserved -= units;
}
