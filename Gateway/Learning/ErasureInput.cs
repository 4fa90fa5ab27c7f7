using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Reads what is to be erased.</summary>
internal static class ErasureInput
{
    /// <summary>Characters of a subject.</summary>
    public const int SubjectMax = 10_000;

    /// <summary>How long to wait for the end where nothing is said.</summary>
    public static readonly TimeSpan WaitDefault = TimeSpan.FromSeconds(5);

    /// <summary>Reads the body of POST /learning/erasures.</summary>
    public static (string? Id, ErasureRequest Request, TimeSpan Wait) Read(JsonInput input) => (
        input.Id("id"),
        new() { Subject = input.Text("subject", SubjectMax, min: 1), Tag = input.Word("tag"), Stream = input.Word("stream"), Before = input.Time("before") },
        input.Seconds("wait_seconds", 0, 10) ?? WaitDefault);
}
