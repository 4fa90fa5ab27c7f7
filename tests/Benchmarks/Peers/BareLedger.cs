using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NexusActors.Coordination;
using NexusActors.Ledger;
using NexusActors.Ledger.Postgres;
using NexusActors.Ledger.Sqlite;
using NexusActors.Servers;

namespace NexusActors.Benchmarks;

/// <summary>The ceiling of durability: the same three commits per task as a life over HTTP, straight into the ledger, in this process.</summary>
internal static class BareLedger
{
    private const string AgentId = "bench-agent";

    /// <summary>Task lives per second.</summary>
    /// <param name="settings">Where the data folder is made.</param>
    /// <param name="tasks">How many lives.</param>
    /// <param name="callers">How many commit at the same time.</param>
    /// <param name="batch">Entries per commit call.</param>
    public static async Task<double> LivesPerSecondAsync(Settings settings, int tasks, int callers, int batch)
    {
        await using var services = new ServiceCollection().AddMetrics().AddSingleton<LedgerMetrics>().BuildServiceProvider();
        var metrics = services.GetRequiredService<LedgerMetrics>();
        return settings.Mode == Mode.Cluster ? await InPostgresAsync() : await InSqliteAsync();

        async Task<double> InSqliteAsync()
        {
            var folder = Path.Combine(settings.Scratch, $"nexus-bench-{Guid.NewGuid():N}");
            try
            {
                await using var ledger = SqliteLedger.Open(new SqliteLedgerOptions { Path = Path.Combine(folder, "nexus.db") }, TimeProvider.System, metrics, NullLogger.Instance);
                return await MeasureAsync(ledger);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        async Task<double> InPostgresAsync()
        {
            await using var server = await PostgresServer.StartPrivateAsync();
            await using var database = await server.CreateDatabaseAsync();
            var options = new PostgresOptions { ConnectionString = database.ConnectionString };
            await using var source = PostgresLedgerHosting.Source(options, null);
            await using var ledger = await PostgresLedger.OpenAsync(source, options, TimeProvider.System, metrics, NullLogger.Instance, CancellationToken.None);
            var cpu = server.Cpu;
            var rate = await MeasureAsync(ledger);
            Report.Progress($"the database used {(server.Cpu - cpu).TotalMicroseconds / tasks:F0} µs of CPU per life");
            return rate;
        }

        async Task<double> MeasureAsync(ILedger ledger)
        {
            await ledger.CommitAsync([new LedgerEntry { Change = new AgentInsert(Agent()) }], CancellationToken.None);
            await RunAsync(ledger, Math.Min(tasks / 10, 10_000), callers, batch, "warm");
            var watch = Stopwatch.StartNew();
            await RunAsync(ledger, tasks, callers, batch, "task");
            return tasks / watch.Elapsed.TotalSeconds;
        }
    }

    private static async Task RunAsync(ILedger ledger, int tasks, int callers, int batch, string prefix)
    {
        var share = new Share(tasks);
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (int count; (count = share.Take(batch)) > 0;)
            {
                await LiveAsync(ledger, [.. Enumerable.Range(0, count).Select(_ => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Interlocked.Increment(ref next):D8}"))]);
            }
        })));
    }

    private static async Task LiveAsync(ILedger ledger, ImmutableArray<string> ids)
    {
        var now = TimeProvider.System.GetUtcNow();
        var submitted = ids.Select(id => TaskTransitions.Submit(Spec(id), new CoordinationOptions(), now)).ToArray();
        var seqs = await CommitAsync(ledger, [.. submitted.Select(task => new LedgerEntry { Change = new TaskInsert(task.State), Events = task.Events })]);
        now = TimeProvider.System.GetUtcNow();
        var leased = submitted.Select((task, i) => TaskTransitions.Lease(
            task.State with { View = task.State.View with { Seq = seqs[i].Seq } }, AgentId, AgentMode.Pull, $"token-of-{ids[i]}", null, now)).ToArray();
        await CommitAsync(ledger, [.. leased.Select(QueueWriter.Entry)]);
        now = TimeProvider.System.GetUtcNow();
        await CommitAsync(ledger, [.. leased.Select(task => QueueWriter.Entry(TaskTransitions.Report(
            task.State, AgentId, new LeaseReport { TaskId = task.State.Id, Token = task.State.Token!, Verb = ReportVerb.Complete, ResultJson = """{"ok":true}""" }, now, () => 0.5)))]);
    }

    private static async Task<ImmutableArray<CommitResult>> CommitAsync(ILedger ledger, ImmutableArray<LedgerEntry> entries)
    {
        var results = await ledger.CommitAsync(entries, CancellationToken.None);
        return results.All(result => result.Outcome == CommitOutcome.Done) ? results : throw new InvalidOperationException("the ledger refused an entry");
    }

    private static TaskSpec Spec(string id) => new() { Id = id, Type = TaskType.Testing, Priority = 3, Description = "benchmark" };

    private static AgentView Agent() => new()
    {
        Profile = new AgentProfile { Id = AgentId, Type = AgentType.QaAutomation, Name = AgentId, Capabilities = ["testing"], Mode = AgentMode.Pull, MaxCapacity = 1_000_000 },
        Active = true,
        LastHeartbeat = TimeProvider.System.GetUtcNow(),
        RegisteredAt = TimeProvider.System.GetUtcNow(),
    };
}
