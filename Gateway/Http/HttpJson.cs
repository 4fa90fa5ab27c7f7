using System.Text.Json.Serialization;

namespace NexusActors.Http;

/// <summary>Generated serialisation of what all rooms share.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthReply))]
[JsonSerializable(typeof(ProbeReply))]
internal sealed partial class HttpJson : JsonSerializerContext;
