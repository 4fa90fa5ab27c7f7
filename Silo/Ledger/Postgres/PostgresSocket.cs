using System.Net.Sockets;
using System.Runtime.CompilerServices;
using NexusActors.Clustering;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>
/// The socket of a connection to the database, whose options Npgsql has no settings for. Its private parts are reached by name; the version is locked, and one that names them otherwise fails at the first
/// connection (<c>PostgresSocketTests</c>).
/// </summary>
internal static class PostgresSocket
{
    private const string Connector = "Npgsql.Internal.NpgsqlConnector, Npgsql";

    /// <summary>Sets <see cref="TcpUserTimeout"/>.</summary>
    public static void SetUserTimeout(NpgsqlConnection connection) => TcpUserTimeout.Set(Of(connection));

    /// <summary>The socket of a connection that is open.</summary>
    public static Socket Of(NpgsqlConnection connection) => SocketOf(ConnectorOf(connection));

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    [return: UnsafeAccessorType(Connector)]
    private static extern object ConnectorOf(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket SocketOf([UnsafeAccessorType(Connector)] object connector);
}
