using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Generated serialisation of the coordinator's answers. A member without a value is written as null, as the original does.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    Converters =
    [
        typeof(UtcTimeConverter), typeof(WireNameConverter<TaskType>), typeof(WireNameConverter<WorkStatus>), typeof(WireNameConverter<AgentType>),
        typeof(WireNameConverter<AgentMode>), typeof(WireNameConverter<AgentLife>), typeof(WireNameConverter<OrderKind>), typeof(WireNameConverter<ParentFailureRule>),
    ])]
[JsonSerializable(typeof(AgentResponse))]
[JsonSerializable(typeof(AgentsResponse))]
[JsonSerializable(typeof(AgentChanged))]
[JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(LeasesResponse))]
[JsonSerializable(typeof(HeartbeatResponse))]
[JsonSerializable(typeof(ReportsResponse))]
[JsonSerializable(typeof(TaskResponse))]
[JsonSerializable(typeof(TasksResponse))]
[JsonSerializable(typeof(TaskSubmitted))]
[JsonSerializable(typeof(TaskChanged))]
[JsonSerializable(typeof(BatchResponse))]
[JsonSerializable(typeof(CancelResponse))]
[JsonSerializable(typeof(HistoryResponse))]
[JsonSerializable(typeof(ExplainResponse))]
[JsonSerializable(typeof(QueueResponse))]
[JsonSerializable(typeof(QueuesResponse))]
[JsonSerializable(typeof(RedriveResponse))]
[JsonSerializable(typeof(EventResponse))]
[JsonSerializable(typeof(TrimmedResponse))]
internal sealed partial class CoordinationJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static CoordinationJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
