using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NexusActors.Coordination;

namespace NexusActors.Learning;

/// <summary>From finished tasks to rules, and from rules to who gets the next task, in a silo of its own.</summary>
public class RuledAssignmentTests : IAsyncLifetime
{
    private const string Stream = "task.analysis";
    private const int LearnedFrom = 450, JudgedBy = 250, LargeAbove = 35;

    private readonly SiloFixture _silo;

    private readonly Random _random = new(5);

    public RuledAssignmentTests()
        : this("email")
    {
    }

    /// <summary>Members that stand in experiences by pseudonyms only.</summary>
    protected RuledAssignmentTests(string hidden) => _silo = new()
    {
        Configure = services =>
        {
            services.PostConfigure<CoordinationOptions>(options => (options.Fit, options.AgentSilenceLimit) = (FitMode.On, TimeSpan.FromHours(10)));
            services.PostConfigure<LearningOptions>(options => options.FollowPeriod = TimeSpan.FromSeconds(1));
            services.PostConfigure<PrivacyOptions>(options => options.Fields = hidden);
        },
    };

    private QueueUnderTest Queue => field ??= new(_silo, "work");

    private IStreamRulesGrain Rules => _silo.Grains.GetGrain<IStreamRulesGrain>(Stream);

    public Task InitializeAsync() => _silo.InitializeAsync();

    public Task DisposeAsync() => _silo.DisposeAsync();

    /// <summary>Large tasks succeed with one agent, small ones with the other. By fit alone, which does not look into tasks, all would go to the one that succeeds more often.</summary>
    [Fact]
    public async Task Assign_SituationDecidesWhoSucceeds_TasksGoToWhoCanDoThemAndUsesAreCounted()
    {
        await Queue.Grain.ConfigureAsync(new());
        foreach (var agent in new[] { "large", "small" })
        {
            await _silo.Grains.GetGrain<IAgentGrain>(agent).RegisterAsync(new() { Id = agent, Type = AgentType.Operations, Name = agent, Capabilities = ["analysis"], MaxCapacity = 1_000, Mode = AgentMode.Passive, Queues = [Queue.Name] });
        }
        // While nothing is known each gets half of them.
        var tasks = await Task.WhenAll(Enumerable.Range(0, LearnedFrom + JudgedBy).Select(_ => SubmitAsync(_random.Next(100))).ToArray());
        await UntilAsync(async () => (await Queue.CountsAsync()).Running == tasks.Length, "all tasks are assigned", passing: TimeSpan.Zero);
        await EndAsync(tasks.Take(LearnedFrom));
        await Rules.InduceAsync();
        await EndAsync(tasks.Skip(LearnedFrom));
        await Rules.FollowAsync();
        var active = (await ListAsync()).Where(rule => rule.InForce).ToArray();
        Assert.True(active.Count(rule => rule.Condition.StartsWith("requirements.size ", StringComparison.Ordinal) && rule.Condition.Contains(" and action.agent_id = ", StringComparison.Ordinal)) >= 2, string.Join(Environment.NewLine, (await ListAsync()).Select(rule => $"{rule.Condition} → {rule.Success}: {rule.Status}, {rule.Reason}")));

        await UntilAsync(async () => (await AssignAsync(10)).Agent == "small", "a small task goes to who can do small ones");
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("large", (await AssignAsync(LargeAbove + 20 + _random.Next(40))).Agent);
            var (agent, why) = await AssignAsync(_random.Next(LargeAbove - 10));
            Assert.Equal(("small", "rules", "large", "small", "changed"), (agent, why.GetProperty("policy").GetString(), why.GetProperty("fit_prefers").GetString(), why.GetProperty("rules_prefer").GetString(), why.GetProperty("rules_effect").GetString()));
            Assert.NotEmpty(why.GetProperty("rule_conditions").EnumerateArray());
        }

        var before = _silo.Clock.GetUtcNow();
        await UntilAsync(async () => (await ListAsync()).Sum(rule => rule.UsageCount) >= 20, "uses are written down");
        Assert.All((await ListAsync()).Where(rule => rule.UsageCount > 0), rule => Assert.InRange(rule.LastUsed!.Value, before.AddHours(-1), before));
    }

    private async Task<(string Id, int Size)> SubmitAsync(int size) =>
        (await Queue.SubmitAsync(spec => spec with { RequirementsJson = $$"""{"size":{{size}}}""", Retry = spec.Retry with { MaxRetries = 0 } }), size);

    /// <summary>Submits a task and waits until somebody has it.</summary>
    private async Task<(string Agent, JsonElement Why)> AssignAsync(int size)
    {
        var task = _silo.Grains.GetGrain<ITaskGrain>((await SubmitAsync(size)).Id);
        await UntilAsync(async () => (await task.GetAsync())!.Status == WorkStatus.Assigned, "the task is assigned");
        using var told = JsonDocument.Parse((await task.ExplainAsync()).AssignmentJson!);
        return ((await task.GetAsync())!.AssignedAgent!, told.RootElement.GetProperty("why").Clone());
    }

    /// <summary>Each task ends as its size and its agent want it, but for a few.</summary>
    private Task EndAsync(IEnumerable<(string Id, int Size)> tasks) => Task.WhenAll(tasks.Select(task => (task.Id, task.Size, Chance: _random.NextDouble())).ToArray().Select(async one =>
    {
        var task = _silo.Grains.GetGrain<ITaskGrain>(one.Id);
        var isGood = one.Chance < ((await task.GetAsync())!.AssignedAgent, one.Size > LargeAbove) switch
        {
            ("large", true) or ("small", false) => 0.97,
            ("large", false) => 0.1,
            _ => 0.03,
        };
        await task.SetStatusAsync(new() { Status = isGood ? WorkStatus.Completed : WorkStatus.Failed, ErrorMessage = isGood ? null : "it cannot" });
    }));

    private async Task<IEnumerable<AdaptationRule>> ListAsync() => (await _silo.Grains.GetGrain<IRuleCatalogGrain>(0).ListAsync(new() { Stream = Stream })).Rules;

    /// <summary>Waits for a condition; some of the silo's time passes at each look, a second where nothing else is said.</summary>
    private async Task UntilAsync(Func<Task<bool>> holds, string what, TimeSpan? passing = null)
    {
        var end = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(15);
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < end, what);
            await Task.Delay(TimeSpan.FromMilliseconds(10));
            _silo.Clock.Advance(passing ?? TimeSpan.FromSeconds(1));
        }
    }
}

/// <summary>The same where experiences do not name agents.</summary>
public sealed class RuledAssignmentOfHiddenAgentsTests() : RuledAssignmentTests("agent_id");
