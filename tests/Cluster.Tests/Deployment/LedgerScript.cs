using System.Diagnostics;
using NexusActors.Processes;
using Npgsql;

namespace NexusActors.Deployment;

/// <summary>scripts/backup and scripts/restore as a person or a job of Kubernetes runs them: the database is named in the environment.</summary>
internal static class LedgerScript
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>A file of the folder scripts.</summary>
    public static string PathOf(string name) => Path.Combine(ProductProcess.Repository, "scripts", name);

    /// <summary>The rules of scripts/ledger-check.sql that the tables break.</summary>
    public static async Task<List<string>> CheckAsync(string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var check = database.CreateCommand(await File.ReadAllTextAsync(PathOf("ledger-check.sql")));
        await using var faults = await check.ExecuteReaderAsync();
        var broken = new List<string>();
        while (await faults.ReadAsync()) { broken.Add(faults.GetString(0)); }
        return broken;
    }

    /// <summary>Runs one to its end.</summary>
    /// <returns>Exit code, and everything that it printed.</returns>
    public static async Task<(int Code, string Said)> RunAsync(string name, string connectionString, params string[] arguments)
    {
        var start = new ProcessStartInfo(PathOf(name), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("PG", StringComparison.Ordinal)).ToArray()) { start.Environment.Remove(variable); }
        start.Environment["Nexus__Postgres__ConnectionString"] = connectionString;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, string.Concat(said));
        }
        finally
        {
            if (!process.HasExited) { process.Kill(entireProcessTree: true); }
        }
    }
}
