using Microsoft.Extensions.Logging.Abstractions;
using NexusActors.Clustering;
using NexusActors.Servers;

namespace NexusActors.Ledger.Postgres;

/// <summary>Connections of the ledger that stand still are given up.</summary>
public sealed class PostgresSocketTests
{
    [Fact]
    public async Task Open_ConnectionOfTheLedger_HasTheTimeout()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = PostgresLedgerHosting.Source(new() { ConnectionString = database.ConnectionString }, NullLoggerFactory.Instance);
        await using var connection = await source.OpenConnectionAsync();
        var value = new byte[sizeof(int)];

        if (!OperatingSystem.IsLinux()) { return; }
        PostgresSocket.Of(connection).GetRawSocketOption(TcpUserTimeout.Level, TcpUserTimeout.Option, value);

        Assert.Equal(TcpUserTimeout.Value.TotalMilliseconds, BitConverter.ToInt32(value));
    }

    [Theory]
    [InlineData("tcp_keepalives_idle", "3")]
    [InlineData("tcp_keepalives_interval", "1")]
    [InlineData("tcp_keepalives_count", "3")]
    [InlineData("tcp_user_timeout", "3000")]
    public async Task Open_SessionOfTheLedger_ServerAsksWhetherItsClientIsThere(string setting, string value)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = PostgresLedgerHosting.Source(new() { ConnectionString = database.ConnectionString }, NullLoggerFactory.Instance);
        await using var command = source.CreateCommand("SELECT setting FROM pg_settings WHERE name = $1");
        command.Parameters.AddWithValue(setting);

        Assert.Equal(value, await command.ExecuteScalarAsync());
    }
}
