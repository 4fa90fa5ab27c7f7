using Npgsql;

namespace NexusActors.Chaos.Rig;

/// <summary>One life of one silo, as the table of members knows it.</summary>
/// <param name="Port">Port for its peers.</param>
/// <param name="Generation">Which life.</param>
internal readonly record struct SiloLife(int Port, int Generation);

/// <summary>Reads who the cluster holds for dead.</summary>
internal sealed class Membership(string connectionString)
{
    /// <summary>Every life that has been declared dead.</summary>
    public async Task<HashSet<SiloLife>> DeadAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT port, generation FROM cluster_member WHERE status = 6", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var dead = new HashSet<SiloLife>();
        while (await reader.ReadAsync(cancellation)) { dead.Add(new(reader.GetInt32(0), reader.GetInt32(1))); }
        return dead;
    }
}
