using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NexusActors.Ledger.Postgres;
using NexusActors.Servers;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;

namespace NexusActors.Clustering;

/// <summary>Our tables and queries under Orleans' own membership table.</summary>
public sealed class MembershipTests : IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 3, 4, 12, 0, 0, DateTimeKind.Utc);
    private PostgresDatabase _database = null!;
    private AdoNetClusteringTable _table = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using (var source = NpgsqlDataSource.Create(_database.ConnectionString)) { await Migrations.RunAsync(source, NullLogger.Instance, CancellationToken.None); }
        _table = await TableAsync("one");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task InsertRow_New_IsReadBackWhole()
    {
        var entry = Entry(1);
        Assert.True(await InsertAsync(_table, entry));
        var (read, _) = Assert.Single((await _table.ReadRowAsync(entry.SiloAddress)).Members);
        Assert.Equal((entry.SiloAddress, entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime), (read.SiloAddress, read.SiloName, read.HostName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime));
        Assert.Equal(1, (await _table.ReadAllAsync()).Version.Version);
    }

    [Fact]
    public async Task ReadRow_Unknown_HasAVersionAndNoMember() => Assert.Empty((await _table.ReadRowAsync(Entry(9).SiloAddress)).Members);

    [Fact]
    public async Task InsertRow_SameSiloOrOldVersion_ChangesNothing()
    {
        var old = (await _table.ReadAllAsync()).Version;
        Assert.True(await InsertAsync(_table, Entry(1)));
        Assert.False(await InsertAsync(_table, Entry(1)));
        Assert.False(await _table.InsertRowAsync(Entry(2), old.Next()));
        var all = await _table.ReadAllAsync();
        Assert.Equal((1, 1), (all.Members.Count, all.Version.Version));
    }

    [Fact]
    public async Task UpdateRow_OldVersionOrUnknown_ChangesNothing()
    {
        var entry = Entry(1);
        await InsertAsync(_table, entry);
        var before = await _table.ReadAllAsync();
        var (old, etag) = (before.Version, before.Members[0].Item2);
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(Entry(2).SiloAddress, Start);
        Assert.True(await _table.UpdateRowAsync(entry, etag, old.Next()));
        Assert.False(await _table.UpdateRowAsync(entry, etag, old.Next()));
        Assert.False(await _table.UpdateRowAsync(Entry(3), etag, (await _table.ReadAllAsync()).Version.Next()));
        var all = await _table.ReadAllAsync();
        Assert.Equal(2, all.Version.Version);
        var (read, _) = Assert.Single(all.Members);
        Assert.Equal(SiloStatus.Dead, read.Status);
        Assert.Equal(Entry(2).SiloAddress, Assert.Single(read.SuspectTimes!).Item1);
    }

    [Fact]
    public async Task InsertRow_ManyAtOnceOnOneVersion_TakesExactlyOne()
    {
        var version = (await _table.ReadAllAsync()).Version;
        var taken = await Task.WhenAll(Enumerable.Range(1, 8).Select(port => _table.InsertRowAsync(Entry(port), version.Next())));
        Assert.Equal(1, taken.Count(done => done));
        var all = await _table.ReadAllAsync();
        Assert.Equal((1, 1), (all.Members.Count, all.Version.Version));
    }

    [Fact]
    public async Task UpdateIAmAlive_Always_LeavesTheVersion()
    {
        var entry = Entry(1);
        await InsertAsync(_table, entry);
        entry.IAmAliveTime = Start.AddMinutes(1);
        await _table.UpdateIAmAliveAsync(entry);
        var all = await _table.ReadAllAsync();
        Assert.Equal((1, entry.IAmAliveTime), (all.Version.Version, all.Members[0].Item1.IAmAliveTime));
    }

    [Fact]
    public async Task Cleanup_OldEntries_KeepsTheActive()
    {
        await InsertAsync(_table, Entry(1, SiloStatus.Dead));
        await InsertAsync(_table, Entry(2, SiloStatus.Active));
        await InsertAsync(_table, Entry(3, SiloStatus.Dead, aliveAt: Start.AddHours(3)));
        await _table.CleanupDefunctSiloEntriesAsync(Start.AddHours(1));
        Assert.Equal([2, 3], (await _table.ReadAllAsync()).Members.Select(member => member.Item1.SiloAddress.Endpoint.Port).Order());
    }

    [Fact]
    public async Task DeleteEntries_OneCluster_LeavesTheOther()
    {
        var other = await TableAsync("two");
        await InsertAsync(_table, Entry(1));
        await InsertAsync(other, Entry(1));
        await _table.DeleteMembershipTableEntriesAsync("one");
        Assert.Single((await other.ReadAllAsync()).Members);
        await _table.InitializeMembershipTableAsync(true);
        Assert.Empty((await _table.ReadAllAsync()).Members);
    }

    private async Task<AdoNetClusteringTable> TableAsync(string cluster)
    {
        var table = new AdoNetClusteringTable(
            new ServiceCollection().BuildServiceProvider(),
            Options.Create(new ClusterOptions { ClusterId = cluster, ServiceId = "nexus" }),
            Options.Create(new AdoNetClusteringSiloOptions { Invariant = ClusterSilo.Invariant, ConnectionString = _database.ConnectionString }),
            NullLogger<AdoNetClusteringTable>.Instance);
        await table.InitializeMembershipTableAsync(true);
        return table;
    }

    private static async Task<bool> InsertAsync(AdoNetClusteringTable table, MembershipEntry entry) => await table.InsertRowAsync(entry, (await table.ReadAllAsync()).Version.Next());

    private static MembershipEntry Entry(int port, SiloStatus status = SiloStatus.Joining, DateTime? aliveAt = null) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, port, 7),
        SiloName = $"silo-{port}",
        HostName = "host",
        Status = status,
        ProxyPort = 30_000 + port,
        StartTime = Start,
        IAmAliveTime = aliveAt ?? Start,
    };
}
