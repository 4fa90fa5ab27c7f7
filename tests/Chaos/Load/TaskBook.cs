using System.Collections.Immutable;
using System.Text.Json.Nodes;
using NexusActors.Crash;
using NexusActors.CrashAgent;

namespace NexusActors.Chaos.Load;

/// <summary>Makes the tasks, and knows which of them were acknowledged, parents before children.</summary>
internal sealed class TaskBook
{
    public static readonly ImmutableArray<string> Types = ["analysis", "optimization", "remediation", "monitoring", "testing", "deployment", "security_scan", "performance_tune"];
    private const double ChildShare = 0.3, RetryShare = 0.1, PoisonShare = 0.003;
    private const int ParentsMax = 3, RecentMax = 2000, MaxRetries = 3, MaxLosses = 100;
    private readonly Lock _gate = new();
    private readonly List<SubmittedTask> _acknowledged = [];
    private readonly Dictionary<string, (int Number, SubmittedTask Task)> _open = new(StringComparer.Ordinal);
    private int _next;

    /// <summary>Acknowledged tasks, parents before children.</summary>
    public ImmutableArray<SubmittedTask> Acknowledged { get { lock (_gate) { return [.. _acknowledged]; } } }

    /// <summary>Tasks that were sent and about which no answer came, parents before children: they may be there or not.</summary>
    public ImmutableArray<SubmittedTask> Unanswered { get { lock (_gate) { return [.. _open.Values.OrderBy(open => open.Number).Select(open => open.Task)]; } } }

    public int Count { get { lock (_gate) { return _acknowledged.Count; } } }

    /// <summary>New tasks for a queue: single ones, retried and failing ones, children of earlier ones in any queue.</summary>
    public ImmutableArray<SubmittedTask> Make(string queue, int count, Random chance)
    {
        lock (_gate)
        {
            var tasks = ImmutableArray.CreateBuilder<SubmittedTask>(count);
            while (tasks.Count < count)
            {
                var draw = chance.NextDouble();
                var plan = draw < PoisonShare ? new TaskPlan(0, true) : draw < PoisonShare + RetryShare ? new TaskPlan(chance.Next(1, MaxRetries), false) : default;
                var task = new SubmittedTask
                {
                    Id = plan.IdOf(_next),
                    Queue = queue,
                    Type = Types[chance.Next(Types.Length)],
                    Priority = chance.Next(1, 6),
                    Parents = chance.NextDouble() < ChildShare ? [.. Parents(tasks, chance)] : [],
                    MaxRetries = MaxRetries,
                    MaxLosses = MaxLosses,
                    Poison = plan.Poison,
                };
                tasks.Add(task);
                _open.Add(task.Id, (_next++, task));
            }
            return tasks.ToImmutable();
        }
    }

    /// <summary>New tasks that fail for good, by report or by what they cost.</summary>
    public ImmutableArray<SubmittedTask> MakePoison(string queue, int count, int maxLosses)
    {
        lock (_gate)
        {
            var tasks = ImmutableArray.CreateBuilder<SubmittedTask>(count);
            while (tasks.Count < count)
            {
                var task = new SubmittedTask { Id = new TaskPlan(0, true).IdOf(_next), Queue = queue, MaxLosses = maxLosses, Poison = true };
                tasks.Add(task);
                _open.Add(task.Id, (_next++, task));
            }
            return tasks.ToImmutable();
        }
    }

    public void Acknowledge(ImmutableArray<SubmittedTask> tasks)
    {
        lock (_gate)
        {
            _acknowledged.AddRange(tasks);
            foreach (var task in tasks) { _open.Remove(task.Id); }
        }
    }

    /// <summary>One that was acknowledged; null while there is none.</summary>
    public SubmittedTask? Any(Random chance) { lock (_gate) { return _acknowledged.Count == 0 ? null : _acknowledged[chance.Next(_acknowledged.Count)]; } }

    public static JsonObject Body(SubmittedTask task) => new()
    {
        ["id"] = task.Id,
        ["task_type"] = task.Type,
        ["priority"] = task.Priority,
        ["description"] = "chaos",
        ["queue"] = task.Queue,
        ["dependencies"] = new JsonArray([.. task.Parents.Select(edge => new JsonObject { ["task_id"] = edge.Parent, ["on_failure"] = edge.OnFailure })]),
        ["retry"] = new JsonObject { ["max_retries"] = task.MaxRetries, ["max_losses"] = task.MaxLosses, ["backoff_base_seconds"] = 0.05, ["backoff_cap_seconds"] = 0.5 },
    };

    private IEnumerable<Edge> Parents(ImmutableArray<SubmittedTask>.Builder batch, Random chance)
    {
        var candidates = _acknowledged.Count + batch.Count;
        var recent = Math.Max(0, candidates - RecentMax);
        return Enumerable.Range(0, Math.Min(candidates, chance.Next(1, ParentsMax + 1)))
            .Select(_ => chance.Next(recent, candidates)).Distinct()
            .Select(at => at < _acknowledged.Count ? _acknowledged[at].Id : batch[at - _acknowledged.Count].Id)
            .Select(parent => new Edge(parent, chance.Next(10) switch { 0 => "fail", < 6 => "run", _ => "skip" }));
    }
}
