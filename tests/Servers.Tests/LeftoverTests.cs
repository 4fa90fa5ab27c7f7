using System.Diagnostics;
using System.Runtime.InteropServices;
using Npgsql;
using StackExchange.Redis;

namespace NexusActors.Servers;

/// <summary>Private servers and the one who started them.</summary>
public sealed class LeftoverTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Owner_Gone_LeavesNoServerAndNoFolder(bool killed)
    {
        using var owner = Process.Start(new ProcessStartInfo(Dotnet, ["exec", typeof(LeftoverTests).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        var (postgres, redis) = (await owner.StandardOutput.ReadLineAsync(), await owner.StandardOutput.ReadLineAsync());
        string[] folders = [await PostgresFolderAsync(postgres!), await RedisFolderAsync(redis!)];
        Assert.All(folders, folder => Assert.True(Directory.Exists(folder), folder));

        if (killed) { owner.Kill(); }
        else { owner.StandardInput.Close(); }
        await owner.WaitForExitAsync();

        var waited = Stopwatch.StartNew();
        while (folders.Any(Directory.Exists) && waited.Elapsed < TimeSpan.FromSeconds(30)) { await Task.Delay(20); }
        Assert.All(folders, folder => Assert.False(Directory.Exists(folder), folder));
        await Assert.ThrowsAsync<NpgsqlException>(() => PostgresFolderAsync(postgres!));
        await Assert.ThrowsAsync<RedisConnectionException>(() => RedisFolderAsync(redis!));
    }

    [Fact]
    public async Task Dispose_KilledServer_LeavesNoSharedMemory()
    {
        var server = await PostgresServer.StartPrivateAsync();
        var lockFile = File.ReadAllLines(Path.Combine(await PostgresFolderAsync(server.AdminConnectionString), "data", "postmaster.pid"));
        var segment = lockFile[6].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        await server.KillAsync();
        Assert.Contains(segment, Segments());

        await server.DisposeAsync();

        Assert.DoesNotContain(segment, Segments());
    }

    private static string Dotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>Ids of System V shared memory.</summary>
    private static string[] Segments() => [.. File.ReadAllLines("/proc/sysvipc/shm").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])];

    private static async Task<string> PostgresFolderAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SHOW data_directory", connection);
        return Path.GetDirectoryName((string)(await command.ExecuteScalarAsync())!)!;
    }

    private static async Task<string> RedisFolderAsync(string connectionString)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(connectionString + ",allowAdmin=true,connectTimeout=1000,connectRetry=1");
        return Path.GetDirectoryName(((string[])(await connection.GetDatabase().ExecuteAsync("CONFIG", "GET", "dir"))!)[1])!;
    }
}
