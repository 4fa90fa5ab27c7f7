using Microsoft.Extensions.DependencyInjection;
using NexusActors.Hosting;
using NexusActors.Ledger.Postgres;

namespace NexusActors.Clustering;

public sealed class ClusterClockTests
{
    [Fact]
    public async Task Build_Cluster_EveryServiceHasTheTimeOfTheDatabase()
    {
        await using var app = ClusterHost.Build(CommandLine.Parse(["--Nexus:Mode=Cluster", "--Nexus:Postgres:ConnectionString=Host=127.0.0.1;Database=nexus", "--Nexus:Redis:ConnectionString=127.0.0.1"]));

        Assert.Same(app.Services.GetRequiredService<DatabaseClock>(), app.Services.GetRequiredService<TimeProvider>());
    }
}
