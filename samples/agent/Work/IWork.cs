using System.Text.Json;
using System.Text.Json.Nodes;

namespace NexusActors.Samples.Agent;

/// <summary>One kind of work. A task names it in <c>requirements.work.kind</c>.</summary>
internal interface IWork
{
    /// <summary>The name tasks use.</summary>
    string Kind { get; }

    /// <summary>
    /// Does it. Throws <see cref="WorkFailure"/> when it cannot be done; stops soon after <paramref name="cancellation"/>
    /// (cancelled task, lost lease, shutdown), and then its result is not wanted.
    /// </summary>
    Task<JsonObject> RunAsync(WorkOrder order, CancellationToken cancellation);
}

/// <summary>What is asked for, with the means to tell how far it is.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Work">The object <c>requirements.work</c>.</param>
/// <param name="Parents">The task's parents and their results.</param>
/// <param name="Progress">Takes the latest progress; the next heartbeat carries it.</param>
internal sealed record WorkOrder(string TaskId, JsonElement Work, IReadOnlyList<ParentOutcome> Parents, Action<JsonObject> Progress)
{
    /// <summary>A member that must be there as text.</summary>
    public string Text(string member) =>
        Work.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new WorkFailure("bad_order", $"requirements.work.{member} must be a text", retryable: false);

    /// <summary>A member that may be there as text.</summary>
    public string? OptionalText(string member) => Work.TryGetProperty(member, out _) ? Text(member) : null;

    /// <summary>A member that may be there as a number within bounds.</summary>
    public double Number(string member, double otherwise, double least, double most)
    {
        if (!Work.TryGetProperty(member, out var value))
        {
            return otherwise;
        }
        return value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number >= least && number <= most
            ? number
            : throw new WorkFailure("bad_order", $"requirements.work.{member} must be a number from {least} to {most}", retryable: false);
    }

    /// <summary>A member that may be there as a list of texts.</summary>
    public IReadOnlyList<string> Texts(string member)
    {
        if (!Work.TryGetProperty(member, out var value))
        {
            return [];
        }
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw new WorkFailure("bad_order", $"requirements.work.{member} must be a list of texts", retryable: false);
    }
}

/// <summary>Work that did not succeed, in the words of the report.</summary>
/// <param name="code">Short code; a task can list codes after which it is not tried again.</param>
/// <param name="message">What happened, for people.</param>
/// <param name="retryable">Whether another attempt makes sense.</param>
internal sealed class WorkFailure(string code, string message, bool retryable) : Exception(message)
{
    public string Code { get; } = code;
    public bool Retryable { get; } = retryable;
}
