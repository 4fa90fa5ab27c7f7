using NexusActors.Hosting;
using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Clustering;

/// <summary>Silos that are started before their database is there, or that it does not let in.</summary>
public sealed class WaitForDatabaseTests
{
    [Fact]
    public async Task Start_DatabaseIsAway_WaitsNotReadyAndServesWhenItComes()
    {
        await using var server = await PostgresServer.StartPrivateAsync();
        await using var cluster = await ClusterUnderTest.CreateAsync(server);
        await server.StopAsync();
        var silo = cluster.LaunchSilo();
        await cluster.UntilAsync(() => Task.FromResult(silo.Output.Split("waits for its database").Length > 3), "it has looked three times");
        Assert.False(silo.HasExited);
        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(silo.Operations, "readyz")));

        await server.StartAgainAsync();

        await silo.WaitReadyAsync();
        Assert.DoesNotContain("fail:", silo.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await silo.TerminateAsync());
    }

    [Fact]
    public async Task Start_DatabaseDoesNotLetItIn_EndsAndSaysSo()
    {
        await using var cluster = await ClusterUnderTest.CreateAsync();
        var wrong = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Password = "never-this-one" };
        var silo = cluster.LaunchSilo($"--Nexus:Postgres:ConnectionString={wrong.ConnectionString}");

        Assert.Equal(ExitCode.CannotStart, await silo.WaitExitAsync());
        Assert.Contains("password authentication failed", silo.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("never-this-one", silo.Output, StringComparison.Ordinal);
    }
}
