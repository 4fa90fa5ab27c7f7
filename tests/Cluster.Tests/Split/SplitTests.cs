using NexusActors.Chaos.Results;
using NexusActors.Crash;
using NexusActors.Deployment;
using Xunit.Abstractions;

namespace NexusActors.Split;

/// <summary>Two activations of the grain that owns a task: the ledger lets one win, and the caller of the other gets its answer by asking again. SPLIT_SEED repeats a run's choices, SPLIT_ROUNDS sets its size.</summary>
public sealed class SplitTests(ITestOutputHelper output)
{
    private const int RoundsUsual = 40, AtOnce = 4;

    [Fact]
    public async Task Act_TwoActivationsOfEachQueueAndAgentAtOnce_OneWinsAndEverybodyGetsHisAnswer()
    {
        var seed = FromEnvironment("SPLIT_SEED") ?? Environment.TickCount;
        var count = FromEnvironment("SPLIT_ROUNDS") ?? RoundsUsual;
        output.WriteLine($"SPLIT_SEED={seed} SPLIT_ROUNDS={count}");
        await using var silos = await SplitSilos.StartAsync(seed);
        var rounds = Enumerable.Range(0, count).Select(i => new SplitRound(silos, i, unchecked((seed * 31) + i))).ToArray();
        foreach (var some in rounds.Chunk(AtOnce)) { await Task.WhenAll(some.Select(round => round.RunAsync())); }

        Assert.Empty(rounds.SelectMany(round => round.Wrong));
        var (tasks, events, experiences) = await LedgerTables.ReadAsync(silos.ConnectionString);
        var broken = CrashChecker.Check(new()
        {
            Submitted = [.. rounds.SelectMany(round => round.Ids).Select(id => new SubmittedTask { Id = id, MaxRetries = SplitRound.MaxRetries })],
            Tasks = tasks,
            Events = events,
            Experiences = experiences,
            Journals = [.. rounds.SelectMany(round => round.Journals)],
            LeaseTime = TimeSpan.FromSeconds(30),
        });
        var calledOff = rounds.SelectMany(round => round.CalledOff).ToHashSet(StringComparer.Ordinal);
        var cancelled = tasks.Where(task => task.Status == "cancelled").Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(calledOff, cancelled);
        // The rules know of no cancels: a task that was called off may end so, also by its holder's word that it failed or is given back, and where it waited it leaves no experience.
        Assert.Empty(broken.Where(violation => !(cancelled.Contains(violation.Subject)
            && (violation.Rule is Rules.Outcome or Rules.Experiences || (violation.Rule == Rules.Acknowledged && !violation.Text.Contains("its complete", StringComparison.Ordinal))))));
        Assert.Empty(await LedgerScript.CheckAsync(silos.ConnectionString));
        output.WriteLine($"{tasks.Length} tasks, {events.Count(happened => happened.Type == EventTypes.Assigned)} leases, {rounds.Sum(round => round.Journals.Sum(journal => journal.Lines.Length))} answers, {rounds.Sum(round => round.Repeats)} repeated calls, {calledOff.Count} called off; won and lost: {string.Join(", ", silos.Referees.Select(side => $"{side.Won} and {side.Lost}"))}");
        Assert.All(silos.Referees, side => Assert.True(side.Won > 0 && side.Lost > 0, "this side has never met the other"));
        Assert.All(await silos.Ledger.AgentsAsync(), agent => Assert.Equal(0, agent.CurrentLoad));
    }

    private static int? FromEnvironment(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : null;
}
