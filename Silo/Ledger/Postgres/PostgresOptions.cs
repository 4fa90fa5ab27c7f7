using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Settings of the ledger in PostgreSQL (<c>Nexus:Postgres</c>).</summary>
internal sealed class PostgresOptions
{
    /// <summary>Where the settings are read from.</summary>
    public const string Section = "Nexus:Postgres";

    /// <summary>Server, database, user and password, as Npgsql takes them: <c>Host=db;Database=nexus;Username=nexus;Password=…</c>. A secret. No default.</summary>
    [Required] public string ConnectionString { get; set; } = "";

    /// <summary>Entries in one transaction at most; a single call with more gets a transaction of its own. Default 2,000.</summary>
    [Range(1, 100_000)] public int BatchMaxEntries { get; set; } = 2000;

    /// <summary>Calls that may wait for the writer; further ones wait outside until there is room. Default 16,384.</summary>
    [Range(1, 1_000_000)] public int QueueMaxCalls { get; set; } = 16_384;

    /// <summary>Connections of this process at most. Default 16.</summary>
    [Range(4, 1000)] public int ConnectionsMax { get; set; } = 16;

    /// <summary>How long one statement may take, and how long it waits for a lock. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")] public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may take to open. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")] public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);
}

/// <summary>Checks each field of <see cref="PostgresOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class PostgresOptionsFieldValidator : IValidateOptions<PostgresOptions>;

/// <summary>Checks that the connection string can be read; its text is a secret and not repeated.</summary>
internal sealed class PostgresOptionsValidator : IValidateOptions<PostgresOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            return string.IsNullOrEmpty(options.ConnectionString) || !string.IsNullOrEmpty(parts.Host)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"{nameof(options.ConnectionString)}: names no Host");
        }
        catch (ArgumentException)
        {
            return ValidateOptionsResult.Fail($"{nameof(options.ConnectionString)}: is not of the form Host=…;Database=…;Username=…;Password=…");
        }
    }
}
