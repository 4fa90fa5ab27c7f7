namespace NexusActors.Ledger.Sqlite;

/// <summary>
/// Moves the write-ahead log into the data file beside the writer, on a thread and a connection of its own, so that a commit does not wait for it.
/// The log starts anew only when all of it is moved while nobody appends; so when little is left, the writer moves the rest itself between two transactions.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>Pages that the writer may move itself: a few milliseconds.</summary>
    private const int RestMaxPages = 512;

    /// <summary>The log may become this many times as long as it should; then the writer waits until it can start anew.</summary>
    private const int LengthMax = 8;

    private const int PassesMax = 4;
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(1);
    private readonly SqliteLedgerOptions _options;
    private readonly ILogger _logger;
    private readonly AutoResetEvent _asked = new(false);
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _closing = new(false);
    private Database? _database;
    private volatile bool _busy;
    private long _longest;

    /// <summary>Starts the thread.</summary>
    public Checkpointer(SqliteLedgerOptions options, ILogger logger)
    {
        (_options, _logger, _longest) = (options, logger, (long)options.CheckpointPages * LengthMax);
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger checkpoint" };
        _thread.Start();
    }

    /// <summary>Looks at the log after a commit, on the writer's thread.</summary>
    public void AfterCommit(WriteSession session)
    {
        try
        {
            var (pages, moved) = session.Checkpoint(CheckpointMode.Look);
            if (pages < _options.CheckpointPages) { _longest = (long)_options.CheckpointPages * LengthMax; }
            if (pages >= _longest)
            {
                (pages, moved) = session.Checkpoint(CheckpointMode.Restart);
                _longest = pages + _options.CheckpointPages;                       // where a reader stood in the way for too long: not again at once
            }
            if (_busy || pages < _options.CheckpointPages || pages == moved) { return; }
            if (pages - moved <= RestMaxPages)
            {
                session.Checkpoint(CheckpointMode.Passive);
                return;
            }
        }
        catch (DatabaseException)
        {
            // The thread meets the same fault, logs it and rests before it tries again.
            if (_busy) { return; }
        }
        _busy = true;
        _asked.Set();
    }

    /// <summary>Ends the pass that runs and the thread.</summary>
    public void Dispose()
    {
        _closing.Set();
        _asked.Set();
        _thread.Join();
        _asked.Dispose();
        _closing.Dispose();
    }

    private void Run()
    {
        while (_asked.WaitOne() && !_closing.IsSet)
        {
            try
            {
                _database ??= Connections.OpenWriter(_options);
                for (var (pass, rest) = (0, int.MaxValue); pass < PassesMax && rest > RestMaxPages && !_closing.IsSet; pass++)
                {
                    var (pages, moved) = _database.Checkpoint(CheckpointMode.Passive);
                    rest = pages - moved;
                }
            }
            catch (Exception failure) when (failure is DatabaseException or InvalidOperationException)
            {
                LedgerLog.CheckpointFailed(_logger, failure);
                _database?.Dispose();
                _database = null;
                _closing.Wait(RestAfterFailure);
            }
            _busy = false;
        }
        _database?.Dispose();
    }
}
