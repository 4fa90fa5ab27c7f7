using System.Collections.Immutable;
using NexusActors.CrashAgent;

namespace NexusActors.Crash;

/// <summary>Tasks in the shapes that real work has: chains, fans, joins and single ones, over two queues, some with planned failures.</summary>
internal static class Workload
{
    public static readonly ImmutableArray<string> Types = ["analysis", "optimization", "remediation", "monitoring", "testing", "deployment", "security_scan", "performance_tune"];
    public static readonly ImmutableArray<string> Queues = ["default", "bulk"];

    private const double RetryShare = 0.15;
    private const double PoisonShare = 0.003;
    private const double OtherQueueShare = 0.1;
    private const int MaxRetries = 3;

    /// <summary>The given number of tasks, parents before children.</summary>
    public static ImmutableArray<SubmittedTask> Make(int count, Random chance)
    {
        var tasks = ImmutableArray.CreateBuilder<SubmittedTask>(count);
        while (tasks.Count < count)
        {
            var queue = Queues[chance.Next(Queues.Length)];
            var room = count - tasks.Count;
            switch (chance.Next(4))
            {
                case 0:
                    Chain(tasks, queue, Math.Min(room, chance.Next(2, 12)), chance);
                    break;
                case 1:
                    FanAndJoin(tasks, queue, Math.Min(room, chance.Next(3, 25)), chance);
                    break;
                case 2:
                    Across(tasks, queue, Math.Min(room, chance.Next(2, 8)), chance);
                    break;
                default:
                    Repeat(Math.Min(room, chance.Next(1, 15)), () => Add(tasks, queue, [], chance));
                    break;
            }
        }
        return tasks.ToImmutable();
    }

    private static void Chain(ImmutableArray<SubmittedTask>.Builder tasks, string queue, int length, Random chance)
    {
        Edge[] parents = [];
        Repeat(length, () => parents = [EdgeTo(Add(tasks, queue, parents, chance), chance)]);
    }

    /// <summary>One, then many, then one that waits for all of them.</summary>
    private static void FanAndJoin(ImmutableArray<SubmittedTask>.Builder tasks, string queue, int size, Random chance)
    {
        Edge[] root = [EdgeTo(Add(tasks, queue, [], chance), chance)];
        var leaves = new List<Edge>();
        Repeat(size - 2, () => leaves.Add(EdgeTo(Add(tasks, queue, root, chance), chance)));
        Repeat(Math.Min(1, size - 1), () => Add(tasks, queue, leaves, chance));
    }

    /// <summary>Children of tasks that were submitted long ago, perhaps in the other queue, perhaps ended.</summary>
    private static void Across(ImmutableArray<SubmittedTask>.Builder tasks, string queue, int size, Random chance)
    {
        Repeat(size, () =>
        {
            var parents = Enumerable.Range(0, Math.Min(tasks.Count, chance.Next(1, 4))).Select(_ => tasks[chance.Next(Math.Max(0, tasks.Count - 2000), tasks.Count)].Id).Distinct();
            Add(tasks, queue, [.. parents.Select(parent => EdgeTo(parent, chance))], chance);
        });
    }

    private static string Add(ImmutableArray<SubmittedTask>.Builder tasks, string queue, IEnumerable<Edge> parents, Random chance)
    {
        var draw = chance.NextDouble();
        var plan = draw < PoisonShare ? new TaskPlan(0, true) : draw < PoisonShare + RetryShare ? new TaskPlan(chance.Next(1, MaxRetries), false) : default;
        var task = new SubmittedTask
        {
            Id = plan.IdOf(tasks.Count),
            Queue = chance.NextDouble() < OtherQueueShare ? Queues[chance.Next(Queues.Length)] : queue,
            Type = Types[chance.Next(Types.Length)],
            Priority = chance.Next(1, 6),
            Parents = [.. parents],
            MaxRetries = MaxRetries,
            Poison = plan.Poison,
        };
        tasks.Add(task);
        return task.Id;
    }

    private static Edge EdgeTo(string parent, Random chance) => new(parent, chance.Next(10) switch { 0 => "fail", < 6 => "run", _ => "skip" });

    private static void Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++)
        {
            action();
        }
    }
}
