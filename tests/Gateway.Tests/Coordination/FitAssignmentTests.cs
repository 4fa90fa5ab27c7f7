using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Coordination;

/// <summary>Passive agents get what experience says they are good at.</summary>
public sealed class FitAssignmentTests
{
    [Theory, InlineData("On"), InlineData("Shadow")]
    public async Task Assign_OneAgentFailsAlways_ExperiencePrefersTheOther(string mode)
    {
        var fixture = new EmbeddedFixture { Settings = [$"--Nexus:Coordination:Fit={mode}", "--Nexus:Learning:FollowPeriod=00:00:00.2", "--Nexus:Coordination:MaxTaskRetries=0"] };
        await fixture.InitializeAsync();
        try
        {
            foreach (var agent in new[] { "bad", "good" })
            {
                (await fixture.Coordination.PostAsync("/agents", $$"""{"id":"{{agent}}","agent_type":"operations","name":"{{agent}}","capabilities":["testing"]}""")).Ok();
            }
            for (var i = 0; i < 20; i++)
            {
                var (task, agent, _) = await AssignAsync(fixture, $"t{i}");
                (await fixture.Coordination.PutAsync($"/tasks/{task}/status", $$"""{"status":"{{(agent == "good" ? "completed" : "failed")}}"}""")).Ok();
                // The smaller id comes first where loads are alike: somebody must be busy, so that both get their share while nothing is learned.
                if (i % 2 == 0) { (await fixture.Coordination.PostAsync("/tasks", $$"""{"id":"hold{{i}}","task_type":"testing","priority":1,"description":"keeps somebody busy"}""")).Ok(); }
            }

            // A first look may have seen failures alone: then the agent that succeeds is preferred, but nothing good is expected of it yet.
            await Until.TrueAsync(async () =>
            {
                // Ended at once: what one agent holds would speak for the other.
                var (task, agent, seen) = await AssignAsync(fixture, Guid.NewGuid().ToString("N"));
                (await fixture.Coordination.PutAsync($"/tasks/{task}/status", $$"""{"status":"{{(agent == "good" ? "completed" : "failed")}}"}""")).Ok();
                return seen.TryGetProperty("fit_prefers", out var preferred) && preferred.GetString() == "good" && seen.GetProperty("fit_success").GetDouble() > 0.5;
            }, "experience prefers the agent that succeeds");

            var (_, chosen, details) = await AssignAsync(fixture, "last");
            Assert.Equal(mode == "On" ? "fit" : "least_loaded", details.GetProperty("policy").GetString());
            if (mode == "On") { Assert.Equal("good", chosen); }
            Assert.True(details.GetProperty("fit_success").GetDouble() > 0.5);
        }
        finally { await fixture.DisposeAsync(); }
    }

    /// <summary>Submits a task and waits until somebody has it.</summary>
    private static async Task<(string Task, string Agent, JsonElement Details)> AssignAsync(EmbeddedFixture fixture, string id)
    {
        (await fixture.Coordination.PostAsync("/tasks", $$"""{"id":"{{id}}","task_type":"testing","priority":3,"description":"work"}""")).Ok();
        JsonElement explained = default;
        await Until.TrueAsync(async () =>
        {
            explained = (await fixture.Coordination.GetAsync($"/tasks/{id}/explain")).Ok();
            return explained.TryGetProperty("assignment", out var given) && given.ValueKind == JsonValueKind.Object;
        }, $"{id} is assigned");
        var task = (await fixture.Coordination.GetAsync($"/tasks/{id}")).Ok();
        return (id, task.GetProperty("assigned_agent").GetString()!, explained.GetProperty("assignment").GetProperty("why"));
    }
}
