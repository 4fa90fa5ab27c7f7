using System.Text.Encodings.Web;
using System.Text.Json;
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
internal sealed partial class HttpJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static HttpJson Wire => field ??= new(WireOptions(Default.Options));

    /// <summary>Options of another context, with texts written as they are.</summary>
    public static JsonSerializerOptions WireOptions(JsonSerializerOptions generated) => new(generated) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
