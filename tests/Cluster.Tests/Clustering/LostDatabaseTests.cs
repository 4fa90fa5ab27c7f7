using System.Diagnostics;
using System.Net;
using NexusActors.Hosting;
using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Clustering;

/// <summary>What silos do when the database does not answer one of them, or any.</summary>
public sealed class LostDatabaseTests
{
    [Fact]
    public async Task Cut_OneSiloFromTheDatabaseAlone_LeavesAndWorkGoesOn()
    {
        await using var cluster = await ClusterUnderTest.CreateAsync();
        var direct = new NpgsqlConnectionStringBuilder(cluster.ConnectionString);
        await using var cable = new Cable(direct.Host!, direct.Port);
        var throughCable = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Port = cable.Port }.ConnectionString;
        var (cut, other, gateway) = (cluster.LaunchSilo($"--Nexus:Postgres:ConnectionString={throughCable}"), cluster.LaunchSilo(), cluster.LaunchGateway());
        await cut.WaitReadyAsync();
        await other.WaitReadyAsync();
        await gateway.WaitReadyAsync();
        using var work = new Workload(gateway.Coordination);
        await work.StartAsync();
        await cluster.UntilAsync(() => Task.FromResult(work.Completed >= 50), "50 tasks before the cut");

        cable.Cut();
        var sinceCut = Stopwatch.StartNew();
        using var http = new HttpClient();
        await cluster.UntilAsync(async () => cut.HasExited || await StatusAsync(http, new(cut.Operations, "readyz")) == HttpStatusCode.ServiceUnavailable, "the silo says that it is not ready");
        Assert.Equal(ExitCode.LeftCluster, await cut.WaitExitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(sinceCut.Elapsed > TimeSpan.FromSeconds(7), $"it left after {sinceCut.Elapsed}");
        Assert.Contains("others of the cluster have it", cut.Errors, StringComparison.Ordinal);

        var before = work.Completed;
        await cluster.UntilAsync(() => Task.FromResult(work.Completed >= before + 100), "100 tasks after it has left");
        await work.StopAndCheckAsync();
        Assert.False(other.HasExited);
    }

    [Fact]
    public async Task Kill_TheDatabase_AllStayAnswer503AndGoOnWhenItIsBack()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync();
        var (cluster, silos, gateway) = await ClusterUnderTest.StartAsync(postgres);
        await using var _ = cluster;
        using var client = new ClusterClientOverHttp(gateway.Coordination);
        await client.SubmitAsync("before");

        await postgres.KillAsync();
        await cluster.UntilAsync(() => Task.FromResult(silos.All(silo => silo.Output.Contains("the other silos say: LostToo", StringComparison.Ordinal))), "the silos have asked each other");
        using var http = new HttpClient();
        foreach (var address in new[] { silos[0].Operations, silos[1].Operations, gateway.Coordination })
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(http, new(address, "readyz")));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, new(address, "healthz")));
        }
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.PostOnceAsync("tasks", """{"id":"during","task_type":"testing","priority":3,"description":"d"}""")).Status);

        await postgres.StartAgainAsync();
        foreach (var silo in silos) { await silo.WaitReadyAsync(); }
        await gateway.WaitReadyAsync();
        await client.SubmitAsync("after");
        foreach (var id in (string[])["before", "after"]) { Assert.Equal("pending", (await client.GetAsync($"tasks/{id}")).GetProperty("status").GetString()); }
        Assert.All(silos, silo => Assert.False(silo.HasExited));
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
