using System.Threading.Channels;

namespace NexusActors.Ledger.Sqlite;

/// <summary>A few reading connections shared by all callers. Reads run on pool threads, never on the caller's.</summary>
internal sealed class SqliteReaders : IAsyncDisposable
{
    private readonly SqliteLedgerOptions _options;
    private readonly ILogger _logger;
    private readonly Channel<SqliteReader?> _idle;

    /// <summary>Opens the connections.</summary>
    public SqliteReaders(SqliteLedgerOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        _idle = Channel.CreateBounded<SqliteReader?>(options.Readers);
        for (var i = 0; i < options.Readers; i++) { _idle.Writer.TryWrite(new(Connections.OpenReader(options))); }
    }

    /// <summary>Runs a read on the next idle connection. A cancelled wait reads nothing; a read that began ends.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteReader, T> read, CancellationToken cancellation)
    {
        SqliteReader? reader;
        try
        {
            reader = await _idle.Reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw SqliteLedger.Closing();
        }
        try
        {
            return await Task.Run(() => (reader ??= new(Connections.OpenReader(_options))).Read(read), CancellationToken.None).ConfigureAwait(false);
        }
        catch (DatabaseException failure)
        {
            LedgerLog.ReadFailed(_logger, failure);
            reader?.Dispose();
            reader = null;
            throw failure.ToCaller();
        }
        finally
        {
            if (!_idle.Writer.TryWrite(reader)) { reader?.Dispose(); }
        }
    }

    /// <summary>Waits for reads that run and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < _options.Readers; i++) { (await _idle.Reader.ReadAsync().ConfigureAwait(false))?.Dispose(); }
        _idle.Writer.TryComplete();
    }
}
