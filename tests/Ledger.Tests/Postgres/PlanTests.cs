using NexusActors.Coordination;
using NexusActors.Learning;
using NexusActors.Servers;
using Npgsql;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger.Postgres;

/// <summary>No read and no write goes through a whole table that grows: the server counts how often that happens.</summary>
public sealed class PlanTests
{
    private const int Rows = 100_000;

    /// <summary>More than the five runs after which the server may settle on one plan for all values.</summary>
    private const int Repeats = 7;

    private static readonly string[] Growing = ["tasks", "task_states", "edges", "operations", "experiences", "experience_tags", "events_of_other_days", "documents"];

    [Fact]
    public async Task ReadsAndWrites_OnLargeTables_NeverScanOneWhole()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        await FillAsync(store.Options.ConnectionString);
        await store.ReopenAsync();
        var before = await ScansAsync(store.Options.ConnectionString);

        for (var i = 0; i < Repeats; i++)
        {
            await ReadEverythingAsync(store.Ledger);
            await WriteAsync(store.Ledger, i);
        }
        await store.Retention.TrimAsync(new(Noon.AddDays(1), Noon, 0, 20));
        await store.ReopenAsync();                                                 // connections report what they counted when they close

        Assert.Equal(before, await ScansAsync(store.Options.ConnectionString));
    }

    [Fact]
    public async Task Writes_PlannedWhileTablesWereEmpty_StillFindRowsByKeyWhenTheyHaveGrown()
    {
        const int Commits = 200, BlocksOfOne = 100;                                // a few levels of each index; the table has thousands, and each index hundreds
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        for (var i = 0; i < Repeats; i++) { await LiveAsync(store.Ledger, $"early {i}"); }
        await FillAsync(store.Options.ConnectionString, analyze: false);
        var before = await BlocksAsync(store.Options.ConnectionString);

        for (var i = 0; i < Commits; i++) { await LiveAsync(store.Ledger, $"late {i}"); }
        await store.ReopenAsync();

        Assert.InRange(await BlocksAsync(store.Options.ConnectionString) - before, Commits, 3 * Commits * BlocksOfOne);
    }

    [Fact]
    public async Task LiveTasks_AllOfManyWait_EachPageReadsItsOwnRowsAlone()
    {
        const int BlocksOfOne = 20;                                                // a row, its task, and a few levels of the index of each
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        await FillAsync(store.Options.ConnectionString);
        await RunAsync(store.Options.ConnectionString, "UPDATE task_states SET queue = 'q', status = 1; ANALYZE task_states");
        var before = await BlocksAsync(store.Options.ConnectionString);

        var read = 0;
        await foreach (var page in store.Ledger.LiveTasksAsync("q", SlotRange.All)) { read += page.Length; }
        await store.ReopenAsync();

        Assert.Equal(Rows, read);
        Assert.InRange(await BlocksAsync(store.Options.ConnectionString) - before, Rows, Rows * BlocksOfOne);
    }

    /// <summary>A range of time that many experiences fall into, long ago, of which few have the tag.</summary>
    [Fact]
    public async Task ListExperiences_TagAndTime_ReadsThoseAlone()
    {
        const int Limit = 50, BlocksOfOne = 20, Asked = 10;
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        await FillAsync(store.Options.ConnectionString);
        var before = await BlocksAsync(store.Options.ConnectionString);

        for (var i = 0; i < Asked; i++)
        {
            var found = await store.Ledger.ListExperiencesAsync(new() { Limit = Limit, Tag = "tag5", From = Noon.AddSeconds(100), Before = Noon.AddSeconds(2_100) });
            Assert.Equal(Limit, found.Length);
        }
        await store.ReopenAsync();

        Assert.InRange(await BlocksAsync(store.Options.ConnectionString) - before, 0, Asked * Limit * BlocksOfOne);
    }

    [Fact]
    public async Task Scans_OneTableIsReadWhole_IsCounted()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        var before = await ScansAsync(store.Options.ConnectionString);

        await RunAsync(store.Options.ConnectionString, "SELECT count(*) FROM task_states WHERE error_code IS NULL");

        Assert.NotEqual(before, await ScansAsync(store.Options.ConnectionString));
    }

    /// <summary>Three commits: a task comes, is taken, and ends.</summary>
    private static async Task LiveAsync(ILedger ledger, string id)
    {
        var state = NewTask(id);
        var seq = (await ledger.CommitAsync([Insert(state)])).Single().Seq;
        var task = state with { View = state.View with { Seq = seq } };
        foreach (var status in new[] { WorkStatus.InProgress, WorkStatus.Completed })
        {
            var next = task.Next(status, "a1");
            var ended = status == WorkStatus.Completed;
            var entry = Update(task, next) with { Tallies = [new("a1", 1)], Experience = ended ? NewExperience($"of {id}", tags: "tag5") : null };
            Assert.Equal(CommitOutcome.Done, (await ledger.CommitAsync([entry])).Single().Outcome);
            task = next;
        }
    }

    private static async Task ReadEverythingAsync(ILedger ledger)
    {
        var (from, before) = (Noon.AddSeconds(500), Noon.AddSeconds(600));
        TaskFilter[] tasks =
        [
            new() { Limit = 50 }, new() { Limit = 50, BeforeSeq = 5000 }, new() { Limit = 50, Statuses = [WorkStatus.Failed] }, new() { Limit = 50, Statuses = [WorkStatus.Pending, WorkStatus.InProgress] },
            new() { Limit = 50, Type = TaskType.Testing }, new() { Limit = 50, Priority = 2 }, new() { Limit = 50, Type = TaskType.Testing, Priority = 5, Statuses = [WorkStatus.Cancelled] },
            new() { Limit = 50, Queue = "q3" }, new() { Limit = 50, Queue = "none" }, new() { Limit = 50, Queue = "q3", Statuses = [WorkStatus.Failed] },
            new() { Limit = 50, AgentId = "a7" }, new() { Limit = 50, AgentId = "none", Statuses = [WorkStatus.Completed] },
            new() { Limit = 50, CreatedFrom = from, CreatedBefore = before }, new() { Limit = 50, CreatedFrom = from }, new() { Limit = 50, CreatedBefore = from, Queue = "q1" },
        ];
        foreach (var filter in tasks) { await ledger.ListTasksAsync(filter); }
        ExperienceFilter[] experiences =
        [
            new() { Limit = 50 }, new() { Limit = 50, BeforeSeq = 5000 }, new() { Limit = 50, Stream = "s3" }, new() { Limit = 50, Tag = "tag5" }, new() { Limit = 50, Tag = "none" },
            new() { Limit = 50, Success = false }, new() { Limit = 50, LearningType = LearningType.Supervised }, new() { Limit = 50, LearningType = LearningType.Reinforcement, Success = true },
            new() { Limit = 50, From = from, Before = before }, new() { Limit = 50, From = from, Tag = "tag5" },
            new() { Limit = 50, From = from, Before = before, Tag = "tag5" }, new() { Limit = 50, From = from, Tag = "tag5", Success = false, Stream = "s5" }, new() { Limit = 50, Before = Noon.AddDays(9), Tag = "every" },
        ];
        foreach (var filter in experiences) { await ledger.ListExperiencesAsync(filter); }
        await ledger.FindExperienceAsync("e77");
        await ledger.CountExperiencesAsync(Noon.AddSeconds(700));
        await ledger.FindTaskAsync("t77");
        await ledger.FindTasksAsync([77, 78, 79]);
        await ledger.OutcomesAsync(["t1", "t2"]);
        await ledger.ChildrenAsync("t1");
        await ledger.FailedTasksAsync("q3", 10);
        await ledger.HeldTasksAsync("a7");
        await ledger.FindDocumentAsync("k3", "d77");
        await ledger.ListDocumentsAsync(new("k3", BeforeSeq: 5000, Limit: 10));
        await ledger.CountTasksAsync();
        await ledger.FindOperationAsync("k77");
        await ledger.TaskEventsAsync("t77");
        await ledger.LastEventAsync();
        await ledger.ReadEventsAsync(500, new(), 100);
        await foreach (var page in ledger.LiveTasksAsync("q3", SlotRange.Of(1, 3))) { Assert.NotEmpty(page); break; }
        await ledger.LiveEdgesAsync("few", SlotRange.All);
    }

    private static async Task WriteAsync(ILedger ledger, int round)
    {
        var tasks = await ledger.FindTasksAsync([.. Enumerable.Range(1, 30).Select(i => (long)(1000 * i) + round)]);
        var results = await ledger.CommitAsync(
        [
            .. tasks.Select(task => Update(task, task.Next(WorkStatus.Completed, "a1")) with { Operation = new($"new {task.Id}", "h", ""), Tallies = [new("a1", 1)], Touches = [new TaskProgressed(task.Seq, "{}")], Experience = NewExperience($"of {task.Id}", tags: "tag5") }),
            .. tasks.Select(task => Insert(NewTask($"child of {task.Id}", parents: new Dependency(task.Id)))),
            new() { Events = [Event("noted", "t77")] },
            new() { Change = new DocumentInsert(NewDocument($"new{round}", kind: "k3")) },
            new() { Change = new DocumentUpdate(NewDocument("d3", kind: "k3") with { Version = round + 2 }) },
            new() { Change = new DocumentDelete("k4", $"d{10 * round + 4}", 1) },
        ]);
        Assert.All(results, result => Assert.Equal(CommitOutcome.Done, result.Outcome));
    }

    private static Task FillAsync(string database, bool analyze = true) => RunAsync(database, $"""
        INSERT INTO tasks (id, type, priority, created_at, spec)
        SELECT 't' || i, 1 + (i % 8), 1 + (i % 5), {Noon.UtcTicks} + i * 1000000::bigint, convert_to(json_build_object('description', 'x')::text, 'UTF8') FROM generate_series(1, {Rows}) i;
        INSERT INTO task_states (seq, queue, type, priority, created_at, version, status, agent, retry_count, loss_count, max_retries, attempt, cancel_requested, held_by)
        SELECT seq, 'q' || (seq % 10), type, priority, created_at, 1, 1 + (seq % 7), CASE WHEN seq % 3 = 0 THEN 'a' || (seq % 50) END, 0, 0, 3, 0, false, 0 FROM tasks ON CONFLICT DO NOTHING;
        INSERT INTO task_counts (queue, status, n) SELECT queue, status, count(*) FROM task_states GROUP BY 1, 2 ON CONFLICT DO NOTHING;
        INSERT INTO edges SELECT seq, 0, id, 'q' || (seq % 10), 't' || (seq - 1), 1 FROM tasks WHERE seq % 5 = 0;
        INSERT INTO events SELECT i, {Noon.UtcTicks}, 'task.submitted', i, 't' || i, NULL, 'q1', '{"{}"}' FROM generate_series(1, {Rows}) i;
        INSERT INTO operations SELECT 'k' || i, 'h', 'a', {Noon.UtcTicks} + i FROM generate_series(1, {Rows}) i;
        INSERT INTO experiences (id, stream, at, success, learning_type, feedback, context, action, outcome)
        SELECT 'e' || i, 's' || (i % 10), {Noon.UtcTicks} + i * 1000000::bigint, i % 4 <> 0, i % 4, 0, '{"{}"}', '{"{}"}', '{"{}"}' FROM generate_series(1, {Rows}) i;
        INSERT INTO experience_tags SELECT 'tag' || (seq % 100), seq, at FROM experiences ON CONFLICT DO NOTHING;
        INSERT INTO experience_tags SELECT 'every', seq, at FROM experiences ON CONFLICT DO NOTHING;
        INSERT INTO documents (kind, id, version, created_at, updated_at, body) SELECT 'k' || (i % 10), 'd' || i, 1, 0, 0, '' FROM generate_series(1, {Rows}) i;
        {(analyze ? "ANALYZE" : "")};
        """);

    private static async Task<string> ScansAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT string_agg(relname || ' ' || seq_scan, ', ' ORDER BY relname) FROM pg_stat_user_tables WHERE relname = ANY ($1)", connection);
        command.Parameters.Add(new() { Value = Growing });
        return (string)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Blocks of tables and of their indexes that were looked at so far, as connections report when they close.</summary>
    private static async Task<long> BlocksAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::bigint FROM pg_statio_user_tables WHERE relname = ANY ($1)", connection);
        command.Parameters.Add(new() { Value = Growing });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
