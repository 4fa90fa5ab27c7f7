using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace NexusActors.Ledger.Sqlite;

/// <summary>A SQLite ledger in a folder of its own, deleted at the end.</summary>
internal sealed class SqliteStore : ILedgerStore
{
    private readonly string _folder;
    private SqliteLedger? _ledger;

    public SqliteStore(Action<SqliteLedgerOptions>? configure = null, string? folder = null)
    {
        _folder = folder ?? Directory.CreateTempSubdirectory("nexus-ledger-").FullName;
        Options = new() { Path = Path.Combine(_folder, "nexus.db"), WriterCacheMiB = 8, Readers = 2 };
        configure?.Invoke(Options);
        _ledger = Open();
    }

    public SqliteLedgerOptions Options { get; }

    public ILedger Ledger => _ledger ?? throw new InvalidOperationException("The ledger is closed.");

    public ILedgerRetention Retention => _ledger ?? throw new InvalidOperationException("The ledger is closed.");

    public SqliteLedger Open() => Open(Options);

    public static SqliteLedger Open(SqliteLedgerOptions options) =>
        SqliteLedger.Open(options, TimeProvider.System, new LedgerMetrics(new Meters()), NullLogger.Instance);

    public async Task CloseAsync()
    {
        if (_ledger is { } ledger) { await ledger.DisposeAsync(); }
        _ledger = null;
    }

    public async Task ReopenAsync()
    {
        await CloseAsync();
        _ledger = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Meters without listeners.</summary>
    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
