using System.Collections.Immutable;
using NexusActors.Coordination;
using NexusActors.Learning;

namespace NexusActors.Ledger;

/// <summary>Makes facts for tests.</summary>
internal static class Facts
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, 123, 456, TimeSpan.Zero);

    public static Document NewDocument(string id, string kind = "plan") => new(kind, id, 1, Noon, Noon.AddTicks(7), [1, 0, 255]);

    public static TaskState NewTask(string id, string queue = QueueNames.Default, int priority = 3, TaskType type = TaskType.Analysis, DateTimeOffset? created = null, string? key = null, params Dependency[] parents) => new()
    {
        View = new()
        {
            Spec = new() { Id = id, Type = type, Priority = priority, Description = "look into " + id, Queue = queue, Key = key, Dependencies = [.. parents] },
            Version = 1,
            Status = WorkStatus.Pending,
            CreatedAt = created ?? Noon,
            MaxRetries = 3,
        },
    };

    /// <summary>A task with every member set to something other than its default.</summary>
    public static TaskState Rich(string id) => new()
    {
        View = new()
        {
            Spec = new()
            {
                Id = id,
                Type = TaskType.PerformanceTune,
                Priority = 5,
                Description = "tune \"it\"\n\0 Größe 🙂",
                Queue = "night",
                Key = "tenant-a",
                Units = 7,
                Capabilities = ["sql", "linux"],
                Resources = ImmutableSortedDictionary<string, double>.Empty.Add("cpu", 1.5).Add("gpu", double.PositiveInfinity),
                RequirementsJson = """{"resources":{"cpu":1.5},"free":[1,null,"x"]}""",
                Dependencies = [new("p1", ParentFailureRule.Run), new("p2", ParentFailureRule.Fail), new("p3")],
                Deadline = Noon.AddHours(5),
                NotBefore = Noon.AddMinutes(-5),
                EstimatedSeconds = 12.75,
                Retry = new() { MaxRetries = 0, BackoffBase = TimeSpan.FromMilliseconds(1.5), BackoffCap = TimeSpan.FromHours(1), NonRetryableCodes = ["fatal"], MaxLosses = 2 },
                Timeouts = new() { QueueWait = TimeSpan.FromTicks(1), Run = TimeSpan.FromSeconds(2), Heartbeat = TimeSpan.FromSeconds(3), Total = TimeSpan.FromDays(400) },
            },
            Version = 1,
            Status = WorkStatus.InProgress,
            AssignedAgent = "a1",
            CreatedAt = Noon,
            AssignedAt = Noon.AddTicks(1),
            StartedAt = Noon.AddTicks(2),
            CompletedAt = Noon.AddTicks(3),
            ResultJson = """{"rows":[1,2,3]}""",
            ErrorCode = "E1",
            ErrorMessage = "",
            RetryCount = 1,
            LossCount = 2,
            MaxRetries = 4,
            Attempt = 3,
            Attempts = [new() { Number = 1, AgentId = "a0", StartedAt = Noon, EndedAt = Noon.AddSeconds(1), Outcome = "failed", ErrorCode = "E0", ErrorMessage = "no" }, new() { Number = 2, AgentId = "a1", Outcome = "lost" }],
            ProgressJson = """{"done":0.5}""",
            CancelRequested = true,
            NextAttemptAt = Noon.AddSeconds(9),
            ActualSeconds = 0.1,
            RedrivenAt = Noon.AddSeconds(-1),
        },
        Token = "secret",
        HeldBy = AgentMode.Pull,
        ExpiresAt = Noon.AddSeconds(30),
        Closed = [new("t0", ReportVerb.Fail, WorkStatus.Pending, Noon.AddSeconds(3)), new("t1", ReportVerb.None, WorkStatus.Pending, null)],
    };

    /// <summary>The same task one version on.</summary>
    public static TaskState Next(this TaskState task, WorkStatus status, string? agent = null, string? result = null) => task with
    {
        Token = status is WorkStatus.InProgress or WorkStatus.Assigned ? "token-" + (task.View.Version + 1) : null,
        View = task.View with { Version = task.View.Version + 1, Status = status, AssignedAgent = agent ?? task.View.AssignedAgent, ResultJson = result },
    };

    public static TaskState At(this TaskState task, long seq) => task with { View = task.View with { Seq = seq } };

    public static LedgerEntry Insert(TaskState task) => new() { Change = new TaskInsert(task), Events = [Event("task.submitted", task.Id, queue: task.View.Spec.Queue)] };

    public static LedgerEntry Insert(Experience experience) => new() { Change = new ExperienceInsert(experience) };

    public static LedgerEntry Update(TaskState before, TaskState next) =>
        new() { Change = new TaskUpdate(next, before.View.Status), Events = [Event("task.moved", next.Id, next.View.AssignedAgent, next.View.Spec.Queue)] };

    public static LedgerEvent Event(string type, string? task = null, string? agent = null, string? queue = null, string data = "{}") => new(Noon, type, task, agent, queue, data);

    public static AgentView NewAgent(string id) => new()
    {
        Profile = new() { Id = id, Type = AgentType.Monitoring, Name = "agent " + id, Capabilities = ["analysis"] },
        Active = true,
        LastHeartbeat = Noon,
        RegisteredAt = Noon,
    };

    public static Experience NewExperience(string id, string stream = "default", bool success = true, DateTimeOffset? at = null, params string[] tags) =>
        new() { Id = id, Stream = stream, Success = success, Timestamp = at ?? Noon, Tags = [.. tags] };
}
