using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Settings of the embedded ledger (<c>Nexus:Ledger</c>).</summary>
internal sealed class SqliteLedgerOptions
{
    /// <summary>Where the settings are read from.</summary>
    public const string Section = "Nexus:Ledger";

    /// <summary>The data file, absolute or relative to the working directory; its folder is made. Default <c>data/nexus.db</c>.</summary>
    [Required] public string Path { get; set; } = "data/nexus.db";

    /// <summary>Entries in one transaction at most; a single call with more gets a transaction of its own. Default 4,096.</summary>
    [Range(1, 1_000_000)] public int BatchMaxEntries { get; set; } = 4096;

    /// <summary>Calls that may wait for the writer; further ones wait outside until there is room. Default 16,384.</summary>
    [Range(1, 1_000_000)] public int QueueMaxCalls { get; set; } = 16_384;

    /// <summary>Reading connections. Default 4.</summary>
    [Range(1, 64)] public int Readers { get; set; } = 4;

    /// <summary>Pages of 4 KiB in the write-ahead log after which they are moved into the data file. Default 16,384 (64 MiB).</summary>
    [Range(16, 1_048_576)] public int CheckpointPages { get; set; } = 16_384;

    /// <summary>Page cache of the writer in MiB. Default 64.</summary>
    [Range(1, 65_536)] public int WriterCacheMiB { get; set; } = 64;

    /// <summary>Page cache of each reader in MiB. Default 8.</summary>
    [Range(1, 65_536)] public int ReaderCacheMiB { get; set; } = 8;

    /// <summary>Most MiB that the data file may grow to; beyond it writes are refused as on a full disk. 0: as much as there is room. Default 0.</summary>
    [Range(0, 16_777_216)] public int DataMaxMiB { get; set; }

    /// <summary>How long a connection waits for a lock that another one holds. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")] public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Checks each field of <see cref="SqliteLedgerOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class SqliteLedgerOptionsValidator : IValidateOptions<SqliteLedgerOptions>;
