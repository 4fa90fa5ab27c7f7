using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>What the server must be set to, so that what is acknowledged is on disk.</summary>
internal static class Durability
{
    private static readonly (string Setting, string[] Allowed)[] Demands =
    [
        ("fsync", ["on"]),
        ("full_page_writes", ["on"]),
        ("synchronous_commit", ["on", "remote_apply"]),
    ];

    /// <summary>Reads the settings that hold for a connection.</summary>
    /// <exception cref="InvalidOperationException">One of them would let acknowledged facts be lost; names all that would.</exception>
    public static async Task CheckAsync(NpgsqlConnection connection)
    {
        var faults = new List<string>();
        foreach (var (setting, allowed) in Demands)
        {
            await using var command = new NpgsqlCommand("SELECT current_setting($1)", connection);
            command.Parameters.Add(Values.Of(setting));
            var value = (string?)await command.ExecuteScalarAsync().ConfigureAwait(false);
            if (!allowed.Contains(value)) { faults.Add($"{setting} is {value}, and must be {string.Join(" or ", allowed)}"); }
        }
        if (faults.Count > 0) { throw new InvalidOperationException($"PostgreSQL would lose what is acknowledged: {string.Join("; ", faults)}."); }
    }
}
