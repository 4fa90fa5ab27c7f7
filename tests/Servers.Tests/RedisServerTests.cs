using StackExchange.Redis;

namespace NexusActors.Servers;

public sealed class RedisServerTests(RedisServerTests.Fixture fixture) : IClassFixture<RedisServerTests.Fixture>
{
    /// <summary>A client that gives up soon where it is refused.</summary>
    private const string Impatient = ",connectTimeout=1000,connectRetry=1";
    private readonly RedisServer _server = fixture.Server;

    [Fact]
    public async Task Kill_StartAgain_KeepsWhatWasThere()
    {
        await using var database = await _server.CreateDatabaseAsync();
        await SetAsync(database, "colour", "green");

        await _server.KillAsync();
        await Assert.ThrowsAsync<RedisConnectionException>(() => GetAsync(database, "colour"));
        await _server.StartAgainAsync();

        Assert.Equal("green", await GetAsync(database, "colour"));
    }

    [Fact]
    public async Task FlushAll_EveryDatabase_IsEmpty()
    {
        await using var one = await _server.CreateDatabaseAsync();
        await using var two = await _server.CreateDatabaseAsync();
        await SetAsync(one, "colour", "green");
        await SetAsync(two, "colour", "blue");

        await _server.FlushAllAsync();

        Assert.Null(await GetAsync(one, "colour"));
        Assert.Null(await GetAsync(two, "colour"));
    }

    [Fact]
    public async Task Databases_Two_AreApart()
    {
        await using var one = await _server.CreateDatabaseAsync();
        await using var two = await _server.CreateDatabaseAsync();
        await SetAsync(one, "colour", "green");
        await SetAsync(two, "colour", "blue");

        await one.FlushAsync();

        Assert.Null(await GetAsync(one, "colour"));
        Assert.Equal("blue", await GetAsync(two, "colour"));
    }

    [Fact]
    public async Task Pause_Ping_IsAnsweredOnlyAfterContinue()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_server.ConnectionString);

        await _server.PauseAsync();
        var answer = connection.GetDatabase().PingAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(300)));
        await _server.ContinueAsync();

        Assert.True(await answer > TimeSpan.Zero);
    }

    [Fact]
    public async Task Password_Missing_IsRefused()
    {
        var options = ConfigurationOptions.Parse(_server.ConnectionString);
        options.Password = null;

        await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectionMultiplexer.ConnectAsync(options + Impatient));
    }

    [Fact]
    public async Task Given_Server_LendsNumbersThatNobodyUsesAndRefusesHarm()
    {
        await using var given = await RedisServer.UseAsync(_server.ConnectionString);
        await using var one = await given.CreateDatabaseAsync();
        await using var two = await given.CreateDatabaseAsync();
        await one.FlushAsync();
        await using var three = await given.CreateDatabaseAsync();

        Assert.Distinct([one.Number, two.Number, three.Number]);
        await Assert.ThrowsAsync<InvalidOperationException>(given.FlushAllAsync);
        await Assert.ThrowsAsync<InvalidOperationException>(given.KillAsync);
    }

    private static async Task SetAsync(RedisDatabase database, string key, string value)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString + Impatient);
        await connection.GetDatabase().StringSetAsync(key, value);
    }

    private static async Task<string?> GetAsync(RedisDatabase database, string key)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString + Impatient);
        return await connection.GetDatabase().StringGetAsync(key);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        public RedisServer Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await RedisServer.StartPrivateAsync();

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}
