using System.Collections.Immutable;

namespace NexusActors.Coordination;

/// <summary>Ready-made inputs of these tests.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Start = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    public static readonly CoordinationOptions Options = new();

    public static TaskSpec Spec(string id = "t", Func<TaskSpec, TaskSpec>? with = null)
    {
        var spec = new TaskSpec { Id = id, Type = TaskType.Analysis, Priority = 3, Description = "sample" };
        return with is null ? spec : with(spec);
    }

    public static TaskState Task(string id = "t", long seq = 1, Func<TaskSpec, TaskSpec>? with = null, DateTimeOffset? at = null)
    {
        var state = TaskTransitions.Submit(Spec(id, with), Options, at ?? Start).State;
        return state with { View = state.View with { Seq = seq } };
    }

    public static TaskState Held(TaskState state, string agent = "a", AgentMode mode = AgentMode.Pull, string token = "token", DateTimeOffset? at = null) =>
        TaskTransitions.Lease(state, agent, mode, token, null, at ?? Start).State;

    public static LeaseReport Report(ReportVerb verb, string token = "token", string? code = null, bool retryable = true, TimeSpan? delay = null) =>
        new() { TaskId = "t", Token = token, Verb = verb, ErrorCode = code, ErrorMessage = code is null ? null : "it said " + code, Retryable = retryable, Delay = delay, ResultJson = verb == ReportVerb.Complete ? """{"ok":true}""" : null };

    public static KeyValuePair<string, double>[] Amounts(params (string Name, double Amount)[] amounts) => [.. amounts.Select(pair => KeyValuePair.Create(pair.Name, pair.Amount))];

    public static ImmutableSortedDictionary<string, double> Resources(params (string Name, double Amount)[] amounts) => Amounts(amounts).ToImmutableSortedDictionary();

    public static AgentProfile Profile(string id, AgentMode mode = AgentMode.Passive, int capacity = 100, string[]? capabilities = null, (string, double)[]? resources = null) => new()
    {
        Id = id,
        Type = AgentType.Operations,
        Name = id,
        Mode = mode,
        MaxCapacity = capacity,
        Capabilities = [.. capabilities ?? ["analysis"]],
        Resources = Resources(resources ?? []),
    };
}
