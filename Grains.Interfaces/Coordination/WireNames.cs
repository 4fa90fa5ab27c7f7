namespace NexusActors.Coordination;

/// <summary>Names of enum values as they go over the wire and as agents name their capabilities: the member in snake_case.</summary>
public static class WireNames
{
    private static readonly Dictionary<string, TaskType> s_taskTypes = Enum.GetValues<TaskType>().Where(type => type != TaskType.None).ToDictionary(type => type.Wire(), StringComparer.Ordinal);

    /// <summary>Name of a task type (<c>security_scan</c>).</summary>
    public static string Wire(this TaskType type) => type switch
    {
        TaskType.None => "none",
        TaskType.Analysis => "analysis",
        TaskType.Optimization => "optimization",
        TaskType.Remediation => "remediation",
        TaskType.Monitoring => "monitoring",
        TaskType.Testing => "testing",
        TaskType.Deployment => "deployment",
        TaskType.SecurityScan => "security_scan",
        TaskType.PerformanceTune => "performance_tune",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a task type"),
    };

    /// <summary>The task type of a name; null: there is none.</summary>
    public static TaskType? ToTaskType(string name) => s_taskTypes.TryGetValue(name, out var type) ? type : null;

    /// <summary>Name of a task's status (<c>in_progress</c>).</summary>
    public static string Wire(this WorkStatus status) => status switch
    {
        WorkStatus.None => "none",
        WorkStatus.Pending => "pending",
        WorkStatus.Assigned => "assigned",
        WorkStatus.InProgress => "in_progress",
        WorkStatus.Delegated => "delegated",
        WorkStatus.Completed => "completed",
        WorkStatus.Failed => "failed",
        WorkStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "not a status"),
    };
}
