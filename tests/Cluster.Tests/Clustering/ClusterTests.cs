using System.Net;
using NexusActors.Hosting;
using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Clustering;

/// <summary>Silos and gateways as processes of their own: how they start, work, die and stop.</summary>
public sealed class ClusterTests
{
    private const int Active = 3, Dead = 6;

    [Fact]
    public async Task Start_TwoSilosAndAGatewayAtOnceOnAnEmptyDatabase_MakesTheSchemaOnceAndServes()
    {
        var (cluster, silos, gateway) = await ClusterUnderTest.StartAsync();
        await using var _ = cluster;

        Assert.Equal([Active, Active], (await cluster.MembersAsync()).Values);
        await using var database = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var count = database.CreateCommand("SELECT count(*) FROM schema_migrations");
        var steps = (long)(await count.ExecuteScalarAsync())!;
        Assert.Equal(steps, silos.Sum(silo => silo.Output.Split("Schema brought to").Length - 1));

        using var http = new HttpClient();
        foreach (var address in new[] { gateway.Coordination, gateway.Learning, gateway.Optimization })
        {
            foreach (var path in (string[])["health", "healthz", "readyz", "metrics", "openapi/v1.json"])
            {
                using var answer = await http.GetAsync(new Uri(address, path));
                Assert.True(answer.IsSuccessStatusCode, $"{address}{path}: {answer.StatusCode}");
            }
        }
        foreach (var path in (string[])["healthz", "readyz", "metrics"]) { Assert.NotEmpty(await http.GetStringAsync(new Uri(silos[0].Operations, path))); }
        using var none = await http.GetAsync(new Uri(silos[0].Operations, "tasks"));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.DoesNotContain(PasswordOf(cluster), cluster.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_ALifeOverHttp_IsThatOfEmbeddedMode()
    {
        var (cluster, _, gateway) = await ClusterUnderTest.StartAsync();
        await using var _ = cluster;
        using var client = new ClusterClientOverHttp(gateway.Coordination);
        using var learning = new ClusterClientOverHttp(gateway.Learning);

        await client.RegisterAsync("worker");
        await client.SubmitAsync("first");
        await client.PostAsync("tasks", """{"id":"second","task_type":"testing","priority":2,"description":"d","dependencies":["first"]}""");
        var lease = (await client.PostAsync("agents/worker/leases", """{"max":5,"wait_seconds":10}""")).GetProperty("leases")[0];
        Assert.Equal("first", lease.GetProperty("task_id").GetString());
        var token = lease.GetProperty("lease_token").GetString();
        Assert.Single((await client.PostAsync("agents/worker/heartbeat", "{}")).GetProperty("held").EnumerateArray());
        Assert.Equal("completed", (await client.PostAsync("tasks/first/complete", $$"""{"agent_id":"worker","lease_token":"{{token}}","result":{"n":1} }""")).GetProperty("status").GetString());
        var (late, _) = await client.PostOnceAsync("tasks/first/complete", """{"agent_id":"worker","lease_token":"stale","result":{}}""");
        Assert.Equal(HttpStatusCode.Conflict, late);

        var next = (await client.PostAsync("agents/worker/leases", """{"max":5,"wait_seconds":20}""")).GetProperty("leases")[0];
        Assert.Equal(("second", 1), (next.GetProperty("task_id").GetString(), next.GetProperty("parents")[0].GetProperty("result").GetProperty("n").GetInt32()));
        Assert.Equal("task.completed", (await client.GetAsync("tasks/first/history")).GetProperty("events").EnumerateArray().Last().GetProperty("type").GetString());
        Assert.Equal("task:first:1", (await learning.GetAsync("learning/experiences?stream=task.testing")).GetProperty("experiences")[0].GetProperty("id").GetString());
        Assert.Equal(0, client.Failures + learning.Failures);
    }

    [Fact]
    public async Task Submit_SameIdAgain_IsRefusedAndUnderOneKeyAnsweredAlike()
    {
        var (cluster, _, gateway) = await ClusterUnderTest.StartAsync();
        await using var _ = cluster;
        using var client = new ClusterClientOverHttp(gateway.Coordination);
        const string Body = """{"id":"t","task_type":"testing","priority":3,"description":"d"}""";

        Assert.Equal(HttpStatusCode.OK, (await client.PostOnceAsync("tasks", Body, key: "k")).Status);
        Assert.Equal(HttpStatusCode.OK, (await client.PostOnceAsync("tasks", Body, key: "k")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.PostOnceAsync("tasks", Body.Replace("\"d\"", "\"e\"", StringComparison.Ordinal), key: "k")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostOnceAsync("tasks", Body)).Status);
    }

    [Fact]
    public async Task Kill_OneSilo_WorkGoesOnAndNothingAcknowledgedIsLost()
    {
        var (cluster, silos, gateway) = await ClusterUnderTest.StartAsync();
        await using var _ = cluster;
        using var work = new Workload(gateway.Coordination);
        await work.StartAsync();
        await cluster.UntilAsync(() => Task.FromResult(work.Completed >= 100), "100 tasks before the kill");

        await silos[0].KillAsync();
        var before = work.Completed;
        await cluster.UntilAsync(() => Task.FromResult(work.Completed >= before + 200), "200 tasks after the kill");
        await cluster.UntilAsync(async () => (await cluster.MembersAsync())[silos[0].SiloPort] == Dead, "the dead silo is known to be dead");

        await work.StopAndCheckAsync();
        Assert.False(silos[1].HasExited);
    }

    [Fact]
    public async Task Divide_QueueUnderLoad_PartitionsAreInBothSilosAndNothingAcknowledgedIsLost()
    {
        var (cluster, silos, gateway) = await ClusterUnderTest.StartAsync();
        await using var _ = cluster;
        using var client = new ClusterClientOverHttp(gateway.Coordination);
        using var work = new Workload(gateway.Coordination);
        await work.StartAsync();
        foreach (var partitions in new[] { 4, 3, 1, 6 })
        {
            var queue = await client.PutAsync("queues/default", $$"""{"partitions":{{partitions}}}""");
            Assert.Equal(partitions, queue.GetProperty("partitions").GetInt32());
            var before = work.Completed;
            await cluster.UntilAsync(() => Task.FromResult(work.Completed >= before + 100), $"100 tasks in {partitions} partitions");
        }
        foreach (var silo in silos) { Assert.Contains("-of-4@1 is loaded", silo.Output, StringComparison.Ordinal); }

        // A silo that joins gets its share.
        var third = cluster.LaunchSilo();
        await cluster.UntilAsync(() => Task.FromResult(third.Output.Contains("-of-6@4 is loaded", StringComparison.Ordinal)), "a partition moves to the third silo", TimeSpan.FromSeconds(120));

        await silos[0].KillAsync();
        var then = work.Completed;
        await cluster.UntilAsync(() => Task.FromResult(work.Completed >= then + 200), "200 tasks after the kill");
        await work.StopAndCheckAsync();
    }

    [Fact]
    public async Task Terminate_OneSiloAfterAnother_DrainsAndFailsNothing()
    {
        var (cluster, silos, gateway) = await ClusterUnderTest.StartAsync();
        await using var _ = cluster;
        using var work = new Workload(gateway.Coordination);
        await work.StartAsync();
        await cluster.UntilAsync(() => Task.FromResult(work.Completed >= 50), "50 tasks before the restart");
        foreach (var old in silos)
        {
            await cluster.LaunchSilo().WaitReadyAsync();
            Assert.Equal(ExitCode.Done, await old.TerminateAsync());
            Assert.Equal(Dead, (await cluster.MembersAsync())[old.SiloPort]);
            var before = work.Completed;
            await cluster.UntilAsync(() => Task.FromResult(work.Completed >= before + 50), "50 tasks after it has gone");
        }
        await work.StopAndCheckAsync();
        Assert.Equal(ExitCode.Done, await gateway.TerminateAsync());
    }

    [Fact]
    public async Task Gateway_StartedFirst_AnswersProbesAndWaitsForSilos()
    {
        await using var cluster = await ClusterUnderTest.CreateAsync();
        var gateway = cluster.LaunchGateway("--Nexus:Gateway:LearningPort=0");
        using var http = new HttpClient { BaseAddress = gateway.Coordination };
        await cluster.UntilAsync(async () => await StatusAsync(http, "healthz") == HttpStatusCode.OK, "the gateway lives");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(http, "readyz"));
        using (var refused = await http.GetAsync(new Uri("tasks", UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        var silo = cluster.LaunchSilo();
        await silo.WaitReadyAsync();
        await gateway.WaitReadyAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "tasks"));
        Assert.Null(await StatusAsync(http, new Uri(gateway.Learning, "health").ToString()));

        await silo.KillAsync();
        await cluster.UntilAsync(async () => await StatusAsync(http, "readyz") == HttpStatusCode.ServiceUnavailable, "the gateway notices that nobody is left");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(http, "tasks"));
        await cluster.LaunchSilo().WaitReadyAsync();
        await gateway.WaitReadyAsync();
    }

    [Fact]
    public async Task Terminate_TheGatewayWhileALongPollIsOpen_AnswersItAndEnds()
    {
        var (cluster, _, gateway) = await ClusterUnderTest.StartAsync();
        await using var _ = cluster;
        using var client = new ClusterClientOverHttp(gateway.Coordination);
        await client.RegisterAsync("waits");
        var poll = client.PostOnceAsync("agents/waits/leases", """{"max":1,"wait_seconds":60}""");
        await client.GetAsync("agents/waits");
        gateway.RequestTermination();
        Assert.Equal(HttpStatusCode.NoContent, (await poll).Status);
        Assert.Equal(ExitCode.Done, await gateway.WaitExitAsync());
        Assert.DoesNotContain("fail:", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_AwayFromTheStart_IsNotMissed()
    {
        await using var redis = await RedisServer.StartPrivateAsync();
        await using var cluster = await ClusterUnderTest.CreateAsync(redis: redis);
        await redis.KillAsync();
        var (silo, gateway) = (cluster.LaunchSilo(), cluster.LaunchGateway());
        await silo.WaitReadyAsync();
        await gateway.WaitReadyAsync();
        using var client = new ClusterClientOverHttp(gateway.Coordination);
        await client.SubmitAsync("t");
        Assert.Equal("pending", (await client.GetAsync("tasks/t")).GetProperty("status").GetString());
        await redis.StartAgainAsync();
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.RelativeOrAbsolute));
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static string PasswordOf(ClusterUnderTest cluster) => new NpgsqlConnectionStringBuilder(cluster.ConnectionString).Password ?? "no password was given";
}
