using System.Globalization;
using NexusActors.Coordination;
using Xunit.Abstractions;

namespace NexusActors.Ledger.Sqlite;

/// <summary>What is acknowledged survives kill -9 at any moment; what is not is there wholly or not at all.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Seed = 20260304;
    private const int Rounds = 4;

    [Fact]
    public async Task Kill_WhileManyWrite_LosesNothingAcknowledgedAndHalvesNothing()
    {
        var random = new Random(Seed);
        await using var store = new SqliteStore();
        await store.CloseAsync();
        var acknowledged = new Dictionary<string, int>();
        for (var round = 0; round < Rounds; round++)
        {
            var before = acknowledged.Count;
            await WriteUntilKilledAsync(store.Options.Path, round, random.Next(500, 4_000), acknowledged);
            output.WriteLine($"seed {Seed}, round {round}: {acknowledged.Count - before} tasks acknowledged before the kill");
            await store.ReopenAsync();
            await CheckAsync(store.Ledger, acknowledged);
            await store.CloseAsync();
        }
    }

    private static async Task WriteUntilKilledAsync(string path, int round, int lines, Dictionary<string, int> acknowledged)
    {
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var victim = VictimProcess.Start("write", path, round.ToString(CultureInfo.InvariantCulture));
        try
        {
            for (var read = 0; await victim.StandardOutput.ReadLineAsync(giveUp.Token) is { } line; read++)
            {
                if (read == lines) { victim.Kill(); }                              // SIGKILL; what is still in the pipe was acknowledged too
                if (line.Split(' ') is [var id, var version] && int.TryParse(version, CultureInfo.InvariantCulture, out var number))
                {
                    acknowledged[id] = Math.Max(number, acknowledged.GetValueOrDefault(id));
                }
            }
        }
        finally
        {
            victim.Kill();
            await victim.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task CheckAsync(ILedger ledger, Dictionary<string, int> acknowledged)
    {
        var stored = (await ledger.ListTasksAsync(new() { Limit = int.MaxValue })).ToDictionary(task => task.Id);
        Assert.All(acknowledged, pair => Assert.True(stored.GetValueOrDefault(pair.Key)?.View.Version >= pair.Value, $"{pair.Key} was acknowledged in version {pair.Value}."));

        var events = new List<EventView>();
        for (EventPage page; !(page = await ledger.ReadEventsAsync(events.Count == 0 ? 0 : events[^1].Seq, new(), 10_000)).Events.IsEmpty;) { events.AddRange(page.Events); }
        Assert.Equal(Enumerable.Range(1, events.Count).Select(seq => (long)seq), events.Select(item => item.Seq));
        var histories = events.GroupBy(item => item.TaskId).ToDictionary(group => group.Key!, group => group.Count());
        Assert.All(stored.Values, task => Assert.Equal(task.View.Version, histories[task.Id]));

        Assert.Equal(
            stored.Values.CountBy(task => (task.View.Spec.Queue, task.View.Status)).Select(pair => (pair.Key.Queue, pair.Key.Status, (long)pair.Value)).Order(),
            (await ledger.CountTasksAsync()).Order());
        var ended = stored.Values.Where(task => task.IsFinal).ToArray();
        var counts = await ledger.CountExperiencesAsync(Facts.Noon);
        Assert.Equal((ended.Length, ended.Count(task => task.View.Status == WorkStatus.Completed), ended.Length), (counts.Total, counts.Successful, counts.Recent));
        var experiences = (await ledger.ListExperiencesAsync(new() { Tag = "task", Limit = int.MaxValue })).Select(experience => experience.Id);
        Assert.Equal(ended.Select(task => task.Id).Order(), experiences.Order());
    }
}
