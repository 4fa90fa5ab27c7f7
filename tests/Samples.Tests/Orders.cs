using System.Text.Json;

namespace NexusActors.Samples.Agent;

/// <summary>Makes work orders from JSON.</summary>
internal static class Orders
{
    public static WorkOrder Of(string work, params ParentOutcome[] parents) => new("t1", JsonElement.Parse(work), parents, _ => { });

    public static async Task<WorkFailure> FailureOf(IWork kind, string work) =>
        await Assert.ThrowsAsync<WorkFailure>(() => kind.RunAsync(Of(work), CancellationToken.None));
}
