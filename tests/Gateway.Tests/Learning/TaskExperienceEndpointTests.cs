using Microsoft.Extensions.DependencyInjection;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Hosting;

namespace NexusActors.Learning;

/// <summary>A finished task is an experience, without any glue.</summary>
public sealed class TaskExperienceEndpointTests(EmbeddedFixture service) : IClassFixture<EmbeddedFixture>
{
    private IGrainFactory Grains => service.Services.GetRequiredService<IGrainFactory>();

    [Fact]
    public async Task FinishedTasks_WithoutGlue_AreExperiences()
    {
        var key = Guid.NewGuid().ToString("N");
        var agent = Grains.GetGrain<IAgentGrain>("agent-" + key);
        await agent.RegisterAsync(new() { Id = "agent-" + key, Type = AgentType.Monitoring, Name = "watcher", Capabilities = ["monitoring"], Mode = AgentMode.Pull });
        string[] ids = [$"good-{key}", $"bad-{key}"];
        var submitted = await Grains.GetGrain<IIntakeGrain>(0).SubmitAsync([.. ids.Select(id => new TaskSubmission
        {
            Spec = new() { Id = id, Type = TaskType.Monitoring, Priority = 3, Description = "look", Retry = new() { MaxRetries = 0 }, RequirementsJson = """{"host":"db-1"}""" },
        })]);
        Assert.All(submitted, reply => Assert.Equal(NexusError.None, reply.Error));

        var leases = await agent.LeaseAsync(new() { Max = 2, Wait = TimeSpan.FromSeconds(10) });
        Assert.Equal(2, leases.Length);
        var reports = await agent.ReportAsync([.. leases.Select(lease => new LeaseReport
        {
            TaskId = lease.Task.Spec.Id,
            Token = lease.Token,
            Verb = lease.Task.Spec.Id == ids[0] ? ReportVerb.Complete : ReportVerb.Fail,
            ErrorCode = "unreachable",
            Retryable = false,
        })]);
        Assert.All(reports, reply => Assert.Equal(NexusError.None, reply.Error));

        var good = (await service.Learning.GetAsync($"/learning/experiences/task:{ids[0]}:1")).Ok();
        var bad = (await service.Learning.GetAsync($"/learning/experiences/task:{ids[1]}:1")).Ok();
        Assert.True(good.GetProperty("success").GetBoolean());
        Assert.Equal("agent-" + key, good.GetProperty("action_taken").GetProperty("agent_id").GetString());
        Assert.Equal("db-1", good.GetProperty("context").GetProperty("requirements").GetProperty("host").GetString());
        Assert.False(bad.GetProperty("success").GetBoolean());
        Assert.Equal("unreachable", bad.GetProperty("outcome").GetProperty("error_code").GetString());
        Assert.True((await service.Learning.GetAsync("/learning/experiences?stream=task.monitoring")).Ok().GetProperty("count").GetInt32() >= 2);
    }
}
