using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Clustering;

public sealed class AdvisoryTurnTests
{
    [Fact]
    public async Task TryTake_AnotherProcessHasIt_IsNobodysUntilItIsGivenBack()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var one = NpgsqlDataSource.Create(database.ConnectionString);
        await using var other = NpgsqlDataSource.Create(database.ConnectionString);
        var turn = await new AdvisoryTurn(one).TryTakeAsync(CancellationToken.None);
        Assert.NotNull(turn);
        Assert.Null(await new AdvisoryTurn(other).TryTakeAsync(CancellationToken.None));
        await turn.DisposeAsync();
        await using var next = await new AdvisoryTurn(other).TryTakeAsync(CancellationToken.None);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task TryTake_DatabaseAway_IsNobodys()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");
        Assert.Null(await new AdvisoryTurn(nowhere).TryTakeAsync(CancellationToken.None));
    }
}
