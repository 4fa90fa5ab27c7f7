using System.Text.Json;
using CsCheck;
using NexusActors.Coordination;

namespace NexusActors.Learning;

public sealed class TaskExperienceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private static TaskView Done() => new()
    {
        Spec = new()
        {
            Id = "t1",
            Type = TaskType.SecurityScan,
            Priority = 4,
            Description = "scan the hosts",
            Queue = "night",
            Key = "tenant-a",
            RequirementsJson = """{"resources":{"cpu":2}}""",
            EstimatedSeconds = 20,
            Dependencies = [new("p1"), new("p2")],
            Deadline = Noon.AddSeconds(60),
        },
        Status = WorkStatus.Completed,
        AssignedAgent = "a7",
        CreatedAt = Noon,
        AssignedAt = Noon.AddSeconds(30),
        StartedAt = Noon.AddSeconds(30),
        CompletedAt = Noon.AddSeconds(40),
        ActualSeconds = 10,
        Attempt = 2,
        RetryCount = 1,
        ErrorCode = "dns",
        Attempts =
        [
            new() { Number = 1, AgentId = "a6", StartedAt = Noon.AddSeconds(5), EndedAt = Noon.AddSeconds(8), Outcome = "failed", ErrorCode = "dns" },
            new() { Number = 2, AgentId = "a7", StartedAt = Noon.AddSeconds(30), EndedAt = Noon.AddSeconds(40), Outcome = "completed" },
        ],
    };

    [Fact]
    public void From_CompletedTask_TellsContextActionAndOutcome()
    {
        var experience = TaskExperience.From(Done())!;

        Assert.Equal("task:t1:2", experience.Id);
        Assert.Equal("task.security_scan", experience.Stream);
        Assert.Equal(Noon.AddSeconds(40), experience.Timestamp);
        Assert.True(experience.Success);
        Assert.Equal(1, experience.FeedbackScore);
        Assert.Equal<string>(["queue:night"], experience.Tags);
        Assert.Equal(
            """
            {"task_type":"security_scan","priority":4,"queue":"night","key":"tenant-a","units":1,"requirements":{"resources":{"cpu":2}},"estimated_duration":20,
            "dependencies":2,"retries":1,"losses":0,"age_seconds":30,"deadline_slack_seconds":30,"hour_of_day":12,"day_of_week":3,
            "earlier_attempts":[{"agent_id":"a6","outcome":"failed","error_code":"dns","duration_seconds":3}]}
            """.ReplaceLineEndings(""), experience.ContextJson);
        Assert.Equal("""{"agent_id":"a7","attempt":2}""", experience.ActionJson);
        Assert.Equal("""{"status":"completed","attempt":"completed","duration_seconds":10,"wait_seconds":5,"total_seconds":40,"deadline_met":true}""", experience.OutcomeJson);
        Assert.Equal(10, experience.Metrics["duration_seconds"]);
        Assert.Equal(-20, experience.Metrics["lateness_seconds"]);
        Assert.Equal(0.5, experience.Metrics["duration_to_estimate"]);
    }

    [Fact]
    public void From_CompletedAfterDeadline_IsASuccessOfHalfTheWorth()
    {
        var experience = TaskExperience.From(Done() with { CompletedAt = Noon.AddSeconds(61) })!;

        Assert.True(experience.Success);
        Assert.Equal(0.5, experience.FeedbackScore);
        Assert.Contains("late", experience.Tags);
        Assert.Contains("\"deadline_met\":false", experience.OutcomeJson, StringComparison.Ordinal);
    }

    [Fact]
    public void From_FailedTask_KeepsTheCodeAndNotTheText()
    {
        var experience = TaskExperience.From(Done() with { Status = WorkStatus.Failed, ErrorCode = "timeout", ErrorMessage = "host db-1 did not answer" })!;

        Assert.False(experience.Success);
        Assert.Equal(0, experience.FeedbackScore);
        Assert.Contains("\"error_code\":\"timeout\"", experience.OutcomeJson, StringComparison.Ordinal);
        Assert.DoesNotContain("db-1", experience.OutcomeJson, StringComparison.Ordinal);
    }

    [Fact]
    public void From_CancelledAtWork_IsTaggedAndNeutral()
    {
        var experience = TaskExperience.From(Done() with { Status = WorkStatus.Cancelled })!;

        Assert.False(experience.Success);
        Assert.Equal(0.5, experience.FeedbackScore);
        Assert.Contains("cancelled", experience.Tags);
        Assert.DoesNotContain("deadline_met", experience.OutcomeJson, StringComparison.Ordinal);
    }

    [Fact]
    public void From_NeverStarted_IsNothing()
    {
        Assert.Null(TaskExperience.From(Done() with { Status = WorkStatus.Cancelled, AssignedAgent = null, StartedAt = null, AssignedAt = null, Attempt = 0, Attempts = [] }));
        Assert.Null(TaskExperience.From(Done() with { Status = WorkStatus.Failed, AssignedAgent = null, StartedAt = null, AssignedAt = null, Attempt = 0, Attempts = [] }));
        Assert.Null(TaskExperience.From(Done() with { Status = WorkStatus.Cancelled, StartedAt = null }));
    }

    [Fact]
    public void From_PassiveAgentEndsWithoutStarting_CountsFromTheAssignment()
    {
        var experience = TaskExperience.From(Done() with { StartedAt = null, ActualSeconds = null, Attempts = [] })!;

        Assert.Equal(10, experience.Metrics["duration_seconds"]);
        Assert.Equal(30, experience.Metrics["wait_seconds"]);
    }

    [Fact]
    public void From_LongRequirements_LeavesThemOutAndSaysSo()
    {
        var long1 = JsonSerializer.Serialize(new { text = new string('x', TaskExperience.RequirementsMax) });
        var finished = Done();
        using var context = JsonDocument.Parse(TaskExperience.From(finished with { Spec = finished.Spec with { RequirementsJson = long1 } })!.ContextJson);

        Assert.True(context.RootElement.GetProperty("requirements_omitted").GetBoolean());
        Assert.False(context.RootElement.TryGetProperty("requirements", out _));
    }

    /// <summary>What is asked before a task is given out is what will be told of it when it has ended; only the agent has no name yet.</summary>
    [Theory, InlineData(0), InlineData(1)]
    public void Situation_OfATaskThatWaits_IsWhatWillBeTold(int attempts)
    {
        var waiting = Done() with { Status = WorkStatus.Pending, AssignedAgent = null, AssignedAt = null, StartedAt = null, CompletedAt = null, ActualSeconds = null, Attempt = attempts, Attempts = [.. Done().Attempts.Take(attempts)] };
        var now = Noon.AddSeconds(30);
        var ended = waiting with { Status = WorkStatus.Completed, Attempt = attempts + 1, AssignedAgent = "a7", AssignedAt = now, StartedAt = now, CompletedAt = now.AddSeconds(9) };

        var (situation, told) = (TaskExperience.Situation(waiting, now), TaskExperience.From(ended)!);

        Assert.Equal((told.Stream, told.ContextJson, now), (situation.Stream, situation.ContextJson, situation.Timestamp));
        Assert.Equal(told.ActionJson.Replace("a7", "", StringComparison.Ordinal), situation.ActionJson);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("no json")]
    public void From_RequirementsThatAreNoJson_KeepsThemAsText(string requirements)
    {
        var finished = Done();
        using var context = JsonDocument.Parse(TaskExperience.From(finished with { Spec = finished.Spec with { RequirementsJson = requirements } })!.ContextJson);

        Assert.Equal(requirements, context.RootElement.GetProperty("requirements").GetString());
    }

    [Fact]
    public void From_AnyStartedTask_GivesJsonObjectsAndFiniteNumbers() =>
        Gen.Select(Gen.String, Gen.String, Gen.String, Gen.Double, Gen.Int[-100_000, 100_000], Gen.Int[(int)WorkStatus.Completed, (int)WorkStatus.Cancelled])
            .Sample((agent, requirements, code, estimate, seconds, status) =>
            {
                var finished = Done();
                var experience = TaskExperience.From(finished with
                {
                    Spec = finished.Spec with { RequirementsJson = requirements, EstimatedSeconds = estimate, Key = code },
                    AssignedAgent = agent,
                    ErrorCode = code,
                    Status = (WorkStatus)status,
                    CompletedAt = Noon.AddSeconds(seconds),
                    ActualSeconds = null,
                    Attempts = [],
                })!;
                string[] objects = [experience.ContextJson, experience.ActionJson, experience.OutcomeJson];
                return objects.All(IsObject) && experience.Metrics.Values.All(double.IsFinite) && experience.Metrics["duration_seconds"] >= 0
                    && ExperienceRules.Fault(experience with { Id = "x" }, experience.Stream) is null;
            });

    private static bool IsObject(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object;
    }
}
