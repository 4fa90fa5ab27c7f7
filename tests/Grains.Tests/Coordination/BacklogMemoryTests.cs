namespace NexusActors.Coordination;

/// <summary>What waiting tasks cost. Alone in the process while they run: others' garbage would count.</summary>
[Collection(nameof(BacklogMemoryTests))]
[CollectionDefinition(nameof(BacklogMemoryTests), DisableParallelization = true)]
public sealed class BacklogMemoryTests
{
    private static readonly BacklogOrder Order = new(TimeSpan.FromMinutes(10), TimeSpan.FromHours(24));
    private static readonly long Start = Sample.Start.UtcTicks;
    private static readonly TaskNeeds Plain = new(["analysis"], 1, []);

    private sealed class Everything : IBid
    {
        public bool Suits(TaskNeeds needs) => true;
    }

    private static WaitingTask Ready(long seq, string key, int priority = 3, long? since = null, TaskNeeds? needs = null, long queueWait = 0) => new()
    {
        Seq = seq,
        Needs = needs ?? Plain,
        Key = key,
        Priority = (byte)priority,
        Phase = WaitPhase.Ready,
        ReadySince = since ?? Start,
        QueueWait = queueWait,
    };

    [Fact]
    public void Add_AMillionTasks_TakesAtMost300BytesEach()
    {
        const int Tasks = 1_000_000;
        var backlog = new Backlog(Order, _ => new());
        string[] keys = ["a", "b", "c", "d"];
        TaskNeeds[] needs = [backlog.Intern(["analysis"], 1, []), backlog.Intern(["testing", "gpu"], 2, [])];
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 1; i <= Tasks; i++) { backlog.Add(Ready(i, keys[i % 4], 1 + (i % 5), Start + i, needs[i % 2]), Start + i); }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Tasks;
        Assert.Equal(Tasks, backlog.Ready);
        Assert.True(bytes <= 300, $"{bytes:0} bytes per waiting task");
        GC.KeepAlive(backlog);
    }

    /// <summary>Timers and keys of tasks that came and went must not stay behind.</summary>
    [Fact]
    public void Pick_EverNewKeysAndTasksThatLeaveEarly_LeavesNothingBehind()
    {
        var backlog = new Backlog(Order, _ => new());
        Turn(0, 10_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        Turn(10_000, 200_000);

        var left = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(0, backlog.Count);
        Assert.True(left < 500_000, $"{left} bytes stay behind 200,000 tasks");
        GC.KeepAlive(backlog);

        void Turn(int from, int tasks)
        {
            for (var i = from + 1; i <= from + tasks; i++)
            {
                backlog.Add(Ready(i, $"key {i}", queueWait: TimeSpan.TicksPerHour), Start);
                var task = backlog.Pick(new Everything(), Start)!;
                Assert.True(backlog.Settle(task.Seq));
                backlog.Vacate(task.Key, Start);
            }
        }
    }
}
