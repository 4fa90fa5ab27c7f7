using System.Net.Sockets;
using NexusActors.Errors;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>What an exception of the driver means. No such exception leaves the ledger: <see cref="ToCaller"/> makes one that crosses the wire.</summary>
internal static class PostgresFault
{
    private const string Denied = "access to the data is denied";

    /// <summary>How long a caller should wait before a repeat.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Whether the exception is one of the driver or of the network under it.</summary>
    public static bool IsOfDatabase(Exception failure) => failure is NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException;

    /// <summary>Whether two transactions stood in each other's way and this one gave in: it may be tried again at once.</summary>
    public static bool IsCollision(Exception failure) => failure is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>Whether storage is at fault (unreachable, full, read-only, stopping), not the program.</summary>
    public static bool IsStorage(Exception failure) => failure switch
    {
        PostgresException server => Words(server.SqlState) is not null,
        _ => IsOfDatabase(failure),
    };

    /// <summary>The exception for those who start the process: what a person must mend (name, password, no such database) is told apart from a server that does not answer.</summary>
    public static Exception AtStart(Exception failure) =>
        failure is PostgresException server && Words(server.SqlState) == Denied ? new InvalidOperationException(failure.Message, failure) : ToCaller(failure);

    /// <summary>The exception for callers; names no server.</summary>
    /// <param name="failure">What the driver said.</param>
    /// <param name="written">Whether it is sure that nothing was written.</param>
    public static Exception ToCaller(Exception failure, string written = "Nothing was changed; repeat it later.") =>
        IsStorage(failure) || IsCollision(failure)
            ? new NexusException(NexusError.StorageUnavailable, $"Storage does not accept the operation: {Words((failure as PostgresException)?.SqlState) ?? "it does not answer"}. {written}", retryAfter: RetryAfter)
            : failure is PostgresException ? new InvalidOperationException("The ledger rejected an entry that its guards let through; nothing of the call was written.", failure) : failure;

    private static string? Words(string? state) => state switch
    {
        null => null,
        PostgresErrorCodes.DiskFull => "the disk is full",
        PostgresErrorCodes.ReadOnlySqlTransaction => "the data is read-only",
        PostgresErrorCodes.LockNotAvailable => "the data is locked",
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => "others write the same",
        PostgresErrorCodes.QueryCanceled => "it takes too long",
        // The server has ended a session that stood still within a transaction: packets were lost, or this process stood still.
        "25P03" => "it does not answer",
        _ when state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57", StringComparison.Ordinal) => "it does not answer",
        _ when state.StartsWith("28", StringComparison.Ordinal) || state == PostgresErrorCodes.InsufficientPrivilege || state == PostgresErrorCodes.InvalidCatalogName => Denied,
        _ when state.StartsWith("53", StringComparison.Ordinal) => "the server has no room left",
        _ when state.StartsWith("58", StringComparison.Ordinal) || state.StartsWith("XX", StringComparison.Ordinal) => "reading or writing the data failed",
        _ => null,
    };
}
