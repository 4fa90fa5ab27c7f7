using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NexusActors.Coordination;
using NexusActors.Errors;

namespace NexusActors.Samples.Sibling;

/// <summary>One task from its submission to its end, by an agent that was made for it.</summary>
/// <param name="grains">The cluster.</param>
/// <param name="time">The clock.</param>
/// <param name="say">Takes what happens, a line at a time.</param>
internal sealed class Errand(IGrainFactory grains, TimeProvider time, Action<string> say)
{
    // A wait is asked for in slices: a silo that dies holds it up for no longer than one.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(5), Grace = TimeSpan.FromSeconds(2);

    /// <summary>Runs it.</summary>
    /// <param name="text">Whose digest the task asks for.</param>
    /// <param name="cancellation">Gives it up; what was leased goes back to its queue.</param>
    /// <exception cref="NexusException">The cluster refused something.</exception>
    public async Task RunAsync(string text, CancellationToken cancellation)
    {
        var name = $"sibling-{Guid.NewGuid():N}"[..20];
        var agent = grains.GetGrain<IAgentGrain>(name);
        // What nobody else can do, nobody else is given.
        await agent.RegisterAsync(new()
        {
            Id = name,
            Type = AgentType.Operations,
            Name = "a sibling service",
            Capabilities = [TaskType.Analysis.Wire(), name],
            MaxCapacity = 1,
            Mode = AgentMode.Pull,
        }, cancellation);
        say($"registered {name}");
        try
        {
            var taskId = await SubmitAsync($"{name}-digest", name, text, cancellation);
            say($"submitted  {taskId}");
            var lease = await LeaseAsync(agent, cancellation);
            say($"leased     {lease.Task.Spec.Id}, attempt {lease.Attempt}, until {lease.ExpiresAt:HH:mm:ss}");
            await ReportAsync(agent, lease, cancellation);
            var task = await grains.GetGrain<ITaskGrain>(taskId).GetAsync(cancellation);
            say($"{task!.Status.Wire(),-10} {taskId}, result {task.ResultJson}");
        }
        finally
        {
            await agent.DeregisterAsync(CancellationToken.None);
        }
        say($"left       {name}");
    }

    /// <summary>With a key of its own it can be submitted again after a silence: the answer is stored with the task.</summary>
    private async Task<string> SubmitAsync(string id, string capability, string text, CancellationToken cancellation)
    {
        var task = new TaskSubmission
        {
            Spec = new()
            {
                Id = id,
                Type = TaskType.Analysis,
                Priority = 3,
                Description = "SHA-256 of a text",
                Capabilities = [capability],
                RequirementsJson = JsonSerializer.Serialize(new { text }),
            },
            IdempotencyKey = id,
        };
        var reply = (await grains.GetGrain<IQueueGrain>(QueueNames.Default).SubmitAsync([task], cancellation))[0];
        return reply.Error == NexusError.None ? reply.TaskId : throw new NexusException(reply.Error, reply.Message!, reply.Field);
    }

    private async Task<LeasedTask> LeaseAsync(IAgentGrain agent, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var leases = await agent.LeaseAsync(new() { Max = 1, Wait = Slice }, cancellation).WaitAsync(Slice + Grace, time, cancellation);
                if (!leases.IsDefaultOrEmpty) { return leases[0]; }
                say("waits      there is nothing to do yet");
            }
            catch (Exception silent) when (silent is TimeoutException or OrleansException)
            {
                // Leasing is not repeated by itself: what was leased and did not arrive comes again when its lease has run out.
                say("waits      a silo did not answer");
            }
        }
    }

    private static async Task ReportAsync(IAgentGrain agent, LeasedTask lease, CancellationToken cancellation)
    {
        using var requirements = JsonDocument.Parse(lease.Task.Spec.RequirementsJson);
        var text = requirements.RootElement.GetProperty("text").GetString()!;
        var report = new LeaseReport
        {
            TaskId = lease.Task.Spec.Id,
            Token = lease.Token,
            Verb = ReportVerb.Complete,
            ResultJson = JsonSerializer.Serialize(new { sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) }),
        };
        var reply = (await agent.ReportAsync([report], cancellation))[0];
        if (reply.Error != NexusError.None) { throw new NexusException(reply.Error, reply.Message!); }
    }
}
