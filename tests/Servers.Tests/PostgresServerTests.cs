using Npgsql;

namespace NexusActors.Servers;

public sealed class PostgresServerTests(PostgresServerTests.Fixture fixture) : IClassFixture<PostgresServerTests.Fixture>, IAsyncLifetime
{
    private readonly PostgresServer _server = fixture.Server;
    private PostgresDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await _server.CreateDatabaseAsync();
        await RunAsync("CREATE TABLE fact (id bigint PRIMARY KEY)");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("fsync")]
    [InlineData("synchronous_commit")]
    [InlineData("full_page_writes")]
    public async Task Server_Durability_IsOn(string setting) => Assert.Equal("on", await RunAsync($"SHOW {setting}"));

    [Fact]
    public async Task Password_Wrong_IsRefused()
    {
        var wrong = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Password = "guess", Pooling = false }.ConnectionString;
        await using var connection = new NpgsqlConnection(wrong);

        Assert.Equal(PostgresErrorCodes.InvalidPassword, (await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync())).SqlState);
    }

    [Fact]
    public async Task Databases_OfPlainUser_AreApart()
    {
        await using var other = await _server.CreateDatabaseAsync();

        Assert.Equal("off", await RunAsync("SHOW is_superuser"));
        Assert.Null(await RunAsync("SELECT to_regclass('fact')::text", other));
    }

    [Fact]
    public async Task Dispose_ConnectionsOpen_DropsTheDatabase()
    {
        var gone = await _server.CreateDatabaseAsync();
        await using var open = new NpgsqlConnection(gone.ConnectionString);
        await open.OpenAsync();
        await gone.DisposeAsync();

        Assert.Equal(0L, await RunAsync($"SELECT count(*) FROM pg_database WHERE datname = '{gone.Name}'"));
    }

    [Fact]
    public async Task Kill_AfterCommit_KeepsTheRowAndLosesTheOpenTransaction()
    {
        await RunAsync("INSERT INTO fact VALUES (1)");
        await using var open = new NpgsqlConnection(_database.ConnectionString);
        await open.OpenAsync();
        await using var transaction = await open.BeginTransactionAsync();
        await using var uncommitted = new NpgsqlCommand("INSERT INTO fact VALUES (2)", open, transaction);
        await uncommitted.ExecuteNonQueryAsync();

        await _server.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => RunAsync("SELECT 1"));
        await _server.StartAgainAsync();

        Assert.Equal(1L, await RunAsync("SELECT sum(id)::bigint FROM fact"));
        Assert.Contains("was not properly shut down", await _server.LogTailAsync(lines: 1_000), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_StartAgain_KeepsTheRow()
    {
        await RunAsync("INSERT INTO fact VALUES (1)");
        await _server.StopAsync();
        await _server.StartAgainAsync();

        Assert.Equal(1L, await RunAsync("SELECT count(*) FROM fact"));
    }

    [Fact]
    public async Task Pause_Query_IsAnsweredOnlyAfterContinue()
    {
        await using var connection = new NpgsqlConnection(Unpooled(_database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT 1", connection);

        await _server.PauseAsync();
        var answer = command.ExecuteScalarAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(300)));
        await _server.ContinueAsync();

        Assert.Equal(1, await answer);
    }

    [Fact]
    public async Task Given_Server_LendsDatabasesAndRefusesHarm()
    {
        await using var given = await PostgresServer.UseAsync(_server.AdminConnectionString);
        await using var database = await given.CreateDatabaseAsync();

        Assert.Equal(database.Name, await RunAsync("SELECT current_database()::text", database));
        Assert.False(given.IsPrivate);
        await Assert.ThrowsAsync<InvalidOperationException>(given.KillAsync);
        await Assert.ThrowsAsync<InvalidOperationException>(given.StopAsync);
        await Assert.ThrowsAsync<InvalidOperationException>(given.PauseAsync);
    }

    private async Task<object?> RunAsync(string statement, PostgresDatabase? database = null)
    {
        await using var connection = new NpgsqlConnection(Unpooled(database ?? _database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync() is var value and not DBNull ? value : null;
    }

    /// <summary>Without connections that a server which has ended has left in the pool.</summary>
    private static string Unpooled(PostgresDatabase database) => new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString;

    public sealed class Fixture : IAsyncLifetime
    {
        public PostgresServer Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await PostgresServer.StartPrivateAsync();

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}
