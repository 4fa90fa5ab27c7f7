using System.Diagnostics;
using System.Globalization;
using NexusActors.CrashAgent;
using NexusActors.Samples.Agent;
using Xunit.Abstractions;

namespace NexusActors.Crash;

/// <summary>
/// Everything dies at random, again and again, and nothing acknowledged is lost. CRASH_SEED repeats a run's choices (not its timing);
/// CRASH_TASKS sets its size.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int AgentCount = 8;
    private const int KillCount = 5;
    private const int CountUsual = 20_000;
    private const int OpenMax = 3000;
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Run_ServiceKilledFiveTimesAndAgentsCrashing_EveryTaskIsFinishedExactlyOnce()
    {
        var seed = FromEnvironment("CRASH_SEED") ?? Environment.TickCount;
        var count = FromEnvironment("CRASH_TASKS") ?? CountUsual;
        output.WriteLine($"CRASH_SEED={seed} CRASH_TASKS={count}");
        var chance = new Random(seed);
        var tasks = Workload.Make(count, chance);
        var watch = Stopwatch.StartNew();
        using var limit = new CancellationTokenSource(TimeMax);

        await using var service = await Service.StartAsync($"--Nexus:Coordination:LeaseTime={LeaseTime:c}");
        using (var made = await service.Http.PutAsync("queues/bulk", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"), limit.Token))
        {
            made.EnsureSuccessStatusCode();
        }
        CrashSettings[] agents = [.. Enumerable.Range(0, AgentCount).Select(i => Agent(i, service))];
        var submitted = 0;
        var submitter = new BatchSubmitter(service.Http, $"crash-{seed}");
        await using (var fleet = new AgentFleet(agents, seed))
        {
            fleet.Start();
            var killing = KillAsync();
            try
            {
                await SubmitAllAsync();
                await killing;
                await UntilAsync(async () => await service.CountsAsync() is { } counts && counts.Ended == count);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                Assert.Fail($"not done after {TimeMax}: {submitted} submitted, {await service.CountsAsync()} (ended, total); agents: {string.Join("; ", fleet.Faults)}\n{service.Output}");
            }
            Assert.Empty(fleet.Faults);
            output.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s: {count} tasks ended; {service.Kills} kills of the service, {fleet.Crashes} crashes of agents, {submitter.Repeats} batches repeated");
        }

        var listed = await service.ListAsync();
        await service.StopAsync();
        var (stored, events, experiences) = LedgerFile.Read(service.Folder);
        var record = new CrashRecord
        {
            Submitted = tasks,
            Tasks = stored,
            Events = events,
            Experiences = experiences,
            Journals = [.. agents.Select(agent => new AgentRecord(agent.Id, [.. Journal.Read(agent.Journal)]))],
            LeaseTime = LeaseTime,
        };
        Describe(record);
        var violations = CrashChecker.Check(record);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s: checked; {violations.Length} violations");
        Assert.True(violations.IsEmpty, $"seed {seed}: {violations.Length} violations\n{string.Join('\n', violations.Take(50))}");
        Assert.Equal(stored.ToDictionary(task => task.Id, task => task.Status).OrderBy(pair => pair.Key, StringComparer.Ordinal), listed.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(KillCount, service.Kills);

        async Task SubmitAllAsync()
        {
            var sizes = new Random(seed + 1);
            while (submitted < count)
            {
                await UntilAsync(async () => await service.CountsAsync() is { } counts && submitted - counts.Ended < OpenMax);
                var batch = tasks.Skip(submitted).Take(sizes.Next(50, 500)).ToList();
                await submitter.SubmitAsync(batch, sizes, limit.Token);
                submitted += batch.Count;
            }
        }

        async Task KillAsync()
        {
            var moments = new Random(seed + 2);
            for (var kill = 0; kill < KillCount; kill++)
            {
                var after = (int)(count * (kill + 0.1 + (0.8 * moments.NextDouble())) / KillCount);
                await UntilAsync(() => Task.FromResult(submitted >= after));
                await Task.Delay(moments.Next(1500), limit.Token);
                await service.KillAndRestartAsync(TimeSpan.FromMilliseconds(moments.Next(500)));
            }
        }

        async Task UntilAsync(Func<Task<bool>> holds)
        {
            while (!await holds())
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }

    /// <summary>Says what the run was made of; a run of full size in which nothing went wrong would prove nothing.</summary>
    private void Describe(CrashRecord record)
    {
        int Events(string type) => record.Events.Count(happened => happened.Type == type);
        int Lines(string happened) => record.Journals.Sum(journal => journal.Lines.Count(line => line.Event == happened));
        output.WriteLine($"events: {Events(EventTypes.Assigned)} leases, {Events(EventTypes.Completed)} completed, {Events(EventTypes.AttemptFailed)} retries, {Events(EventTypes.LeaseLost)} lost, "
            + $"{Events(EventTypes.Returned)} given back, {Events(EventTypes.Failed)} failed, {Events(EventTypes.Cancelled)} skipped");
        output.WriteLine($"journals: {Lines(JournalEvents.Leased)} leases, {Lines(JournalEvents.Sent)} reports sent, {Lines(JournalEvents.Accepted)} accepted, {Lines(JournalEvents.Refused)} refused as stale");
        if (record.Submitted.Length < CountUsual)
        {
            return;
        }
        Assert.All([EventTypes.AttemptFailed, EventTypes.LeaseLost, EventTypes.Returned, EventTypes.Failed], type => Assert.NotEqual(0, Events(type)));
        Assert.NotEqual(0, Lines(JournalEvents.Refused));
        Assert.True(Lines(JournalEvents.Sent) > Lines(JournalEvents.Accepted) + Lines(JournalEvents.Refused), "no report lost its answer");
    }

    private static CrashSettings Agent(int index, Service service) => new()
    {
        Coordinator = service.Address,
        Id = $"agent-{index}",
        Capabilities = [.. Enumerable.Range(0, 5).Select(i => Workload.Types[(index + i) % Workload.Types.Length])],
        Queues = index switch { 0 => ["default"], 1 => ["bulk"], _ => Workload.Queues },
        Journal = Path.Combine(service.Folder, $"agent-{index}.journal"),
        Seed = 0,
        Batch = 50,
        LeaseTime = LeaseTime,
        CrashChance = 0.003,
        HangChance = 0.01,
    };

    private static int? FromEnvironment(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
