using System.Diagnostics;
using System.Net;
using System.Text.Json;
using NexusActors.Chaos.Results;
using NexusActors.Clustering;
using NexusActors.Crash;
using NexusActors.Servers;
using Npgsql;
using Xunit.Abstractions;
using Workload = NexusActors.Clustering.Workload;

namespace NexusActors.Deployment;

/// <summary>scripts/backup in mid-load of a real cluster, scripts/restore on another server, and a new cluster on what came of it.</summary>
public sealed class RestoredClusterTests(ITestOutputHelper output) : IDisposable
{
    private const int Held = 6;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15), RecoveryMax = TimeSpan.FromMinutes(15);
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-backup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Restore_BackupTakenUnderLoad_NewClusterHasEverythingAcknowledgedBeforeAndGoesOn()
    {
        var lease = $"--Nexus:Coordination:LeaseTime={LeaseTime:c}";
        var file = Path.Combine(_folder, "ledger.dump");
        string[] submitted, completed, held;
        string token, password;
        long lost;
        await using (var cluster = await ClusterUnderTest.CreateAsync())
        {
            password = new NpgsqlConnectionStringBuilder(cluster.ConnectionString).Password!;
            var silos = new[] { cluster.LaunchSilo(lease), cluster.LaunchSilo(lease) };
            var gateway = cluster.LaunchGateway();
            foreach (var silo in silos) { await silo.WaitReadyAsync(); }
            await gateway.WaitReadyAsync();
            using var client = new ClusterClientOverHttp(gateway.Coordination);
            using var work = new Workload(gateway.Coordination);
            await work.StartAsync();
            await cluster.UntilAsync(() => Task.FromResult(work.Completed >= 200), "200 tasks before the backup");
            (held, token) = await HoldAsync(client);
            (submitted, completed) = work.Acknowledged();

            var (code, said) = await LedgerScript.RunAsync("backup", cluster.ConnectionString, file);

            Assert.True(code == 0, said);
            Assert.DoesNotContain(password, said, StringComparison.Ordinal);
            output.WriteLine(said);
            var before = work.Completed;
            await cluster.UntilAsync(() => Task.FromResult(work.Completed >= before + 100), "100 tasks that no backup has");
            await work.StopAsync();
            await client.SubmitAsync("lost");
            using var events = new EventReader(gateway.Coordination);
            var last = await PositionOfAsync(cluster.ConnectionString, "lost");
            lost = (await events.ReadAsync(0, one => one.Id >= last))[^1].Id;
        }

        await using var server = await PostgresServer.StartPrivateAsync();
        await using var restored = await ClusterUnderTest.CreateAsync(server);
        var watch = Stopwatch.StartNew();
        await RefusedAsync(file, restored.ConnectionString);
        var (proved, proof) = await LedgerScript.RunAsync("restore", restored.ConnectionString, "--prove", file);
        Assert.True(proved == 0, proof);
        watch.Restart();
        var (done, told) = await LedgerScript.RunAsync("restore", restored.ConnectionString, file);
        Assert.True(done == 0, told);
        Assert.Empty(await restored.MembersAsync());
        const string Name = "--Nexus:Cluster:ClusterId=restored";
        var again = new[] { restored.LaunchSilo(lease, Name), restored.LaunchSilo(lease, Name) };
        var front = restored.LaunchGateway(Name);
        foreach (var silo in again) { await silo.WaitReadyAsync(); }
        await front.WaitReadyAsync();
        output.WriteLine($"{told}\nServes again after {watch.Elapsed.TotalSeconds:F1} s");
        Assert.True(watch.Elapsed < RecoveryMax);

        using var caller = new ClusterClientOverHttp(front.Coordination);
        // The holder of a lease from before is heard; of what it is silent about, others take over.
        Assert.Equal("completed", (await caller.PostAsync($"tasks/{held[0]}/complete", $$"""{"agent_id":"holder","lease_token":"{{token}}","result":{"n":7} }""")).GetProperty("status").GetString());
        await KnowsAsync(caller, submitted, completed);
        await AnswersKeysAsync(caller, submitted);
        using var reader = new EventReader(front.Coordination);
        var seen = await reader.ReadAsync(lost, one => one.Type == "task.completed");
        Assert.Equal("events.trimmed", seen[0].Type);
        Assert.Single(seen, one => one.Type == "events.trimmed");
        Assert.All(seen.Skip(1), one => Assert.True(one.Id > lost));
        await FinishAsync(caller);
        Assert.Equal("completed", (await caller.GetAsync($"tasks/{held[1]}")).GetProperty("status").GetString());
        await CheckAsync(restored.ConnectionString, submitted);
    }

    /// <summary>An agent takes some tasks and says nothing more.</summary>
    private static async Task<(string[] Tasks, string Token)> HoldAsync(ClusterClientOverHttp client)
    {
        for (var i = 0; i < Held; i++)
        {
            await client.PostAsync("tasks", $$"""{"id":"held-{{i}}","task_type":"analysis","priority":3,"description":"d"}""", key: $"held-{i}");
        }
        await client.PostAsync("agents", """{"id":"holder","agent_type":"operations","name":"holder","capabilities":["analysis"],"mode":"pull","max_capacity":10}""");
        var leases = (await client.PostAsync("agents/holder/leases", $$"""{"max":{{Held}},"wait_seconds":10}""")).GetProperty("leases").EnumerateArray().ToArray();
        Assert.Equal(Held, leases.Length);
        return ([.. leases.Select(lease => lease.GetProperty("task_id").GetString()!)], leases[0].GetProperty("lease_token").GetString()!);
    }

    private async Task RefusedAsync(string file, string connectionString)
    {
        var damaged = Path.Combine(_folder, "damaged.dump");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(damaged, bytes);
        File.Copy($"{file}.facts", $"{damaged}.facts");
        var (code, said) = await LedgerScript.RunAsync("restore", connectionString, damaged);
        Assert.Equal(1, code);
        Assert.Contains("damaged", said, StringComparison.Ordinal);
    }

    private static async Task KnowsAsync(ClusterClientOverHttp client, string[] submitted, string[] completed)
    {
        foreach (var id in submitted) { await client.GetAsync($"tasks/{id}"); }
        foreach (var id in completed) { Assert.Equal("completed", (await client.GetAsync($"tasks/{id}")).GetProperty("status").GetString()); }
    }

    private static async Task AnswersKeysAsync(ClusterClientOverHttp client, string[] submitted)
    {
        foreach (var id in submitted.Take(20)) { await client.SubmitAsync(id); }
        var (status, _) = await client.PostOnceAsync("tasks", $$"""{"id":"{{submitted[0]}}","task_type":"testing","priority":1,"description":"other"}""", key: "submit-" + submitted[0]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
    }

    /// <summary>One agent does what is left, until nothing waits and nobody holds anything.</summary>
    private static async Task FinishAsync(ClusterClientOverHttp client)
    {
        await client.PostAsync("agents", """{"id":"finisher","agent_type":"operations","name":"finisher","capabilities":["testing","analysis"],"mode":"pull","max_capacity":50}""");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            var status = await client.GetAsync("coordination/status");
            if (status.GetProperty("total_tasks").GetInt32() == status.GetProperty("completed_tasks").GetInt32()) { return; }
            Assert.False(limit.IsCancellationRequested, status.ToString());
            var answer = await client.PostAsync("agents/finisher/leases", """{"max":50,"wait_seconds":1}""");
            if (answer.ValueKind == JsonValueKind.Undefined) { continue; }
            foreach (var lease in answer.GetProperty("leases").EnumerateArray())
            {
                await client.PostAsync($"tasks/{lease.GetProperty("task_id").GetString()}/complete", $$"""{"agent_id":"finisher","lease_token":"{{lease.GetProperty("lease_token").GetString()}}","result":{} }""");
            }
        }
    }

    /// <summary>The rules of the crash test, and those that hold in the tables of a ledger.</summary>
    private static async Task CheckAsync(string connectionString, string[] submitted)
    {
        var (tasks, events, experiences) = await LedgerTables.ReadAsync(connectionString);
        Assert.Empty(submitted.Except(tasks.Select(task => task.Id)));
        Assert.Empty(CrashChecker.Check(new()
        {
            Submitted = [.. tasks.Select(task => new SubmittedTask { Id = task.Id })],
            Tasks = tasks,
            Events = events,
            Experiences = experiences,
            LeaseTime = LeaseTime,
        }));
        Assert.Empty(await LedgerScript.CheckAsync(connectionString));
    }

    private static async Task<long> PositionOfAsync(string connectionString, string task)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand("SELECT max(seq) FROM events WHERE task_id = $1");
        command.Parameters.Add(new() { Value = task });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
