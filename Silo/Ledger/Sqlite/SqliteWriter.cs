using System.Threading.Channels;

namespace NexusActors.Ledger.Sqlite;

/// <summary>
/// The one writer: a thread that takes every call that waits into one transaction, up to a bound, and answers all of them after the commit.
/// While one transaction goes to disk the next ones gather, so the batch grows with the load and nobody waits on purpose.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly SqliteLedgerOptions _options;
    private readonly TimeProvider _time;
    private readonly LedgerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Action<long> _eventsCommitted;
    private readonly ChangeCount _agents;
    private readonly Channel<WriterCall> _queue;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WriterCall> _batch = [];
    private readonly Checkpointer _checkpointer;
    private WriteSession? _session;
    private bool _failing;

    /// <summary>Takes over an open session and starts the thread.</summary>
    public SqliteWriter(WriteSession session, SqliteLedgerOptions options, TimeProvider time, LedgerMetrics metrics, ILogger logger, Action<long> eventsCommitted, ChangeCount agents)
    {
        (_session, _options, _time, _metrics, _logger, _eventsCommitted, _agents) = (session, options, time, metrics, logger, eventsCommitted, agents);
        _queue = Channel.CreateBounded<WriterCall>(new BoundedChannelOptions(options.QueueMaxCalls) { SingleReader = true });
        _checkpointer = new(options, logger);
        metrics.Observe(() => _queue.Reader.Count);
        new Thread(Run) { IsBackground = true, Name = "ledger writer" }.Start();
    }

    /// <summary>Queues a call; false when the queue is full or the writer closed.</summary>
    public bool TryEnqueue(WriterCall call) => _queue.Writer.TryWrite(call);

    /// <summary>Queues a call; waits while the queue is full. False when the writer is closed.</summary>
    public async ValueTask<bool> EnqueueAsync(WriterCall call, CancellationToken cancellation)
    {
        while (!_queue.Writer.TryWrite(call))
        {
            if (!await _queue.Writer.WaitToWriteAsync(cancellation).ConfigureAwait(false)) { return false; }
        }
        return true;
    }

    /// <summary>Writes what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopped.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        while (Gather())
        {
            var started = _time.GetTimestamp();
            if (TryCommit())
            {
                _metrics.Committed(_batch.Sum(call => call.Count), _time.GetElapsedTime(started));
                if (_session is { } session) { _checkpointer.AfterCommit(session); }
            }
            _batch.Clear();
        }
        Close();
        _stopped.SetResult();
    }

    /// <summary>Blocks until calls wait and takes them; false at the end. The thread is the writer's own, so blocking it costs nobody.</summary>
    private bool Gather()
    {
        var entries = 0;
        do
        {
            while (entries < _options.BatchMaxEntries && _queue.Reader.TryRead(out var call))
            {
                _batch.Add(call);
                entries += call.Count;
            }
        }
        while (_batch.Count == 0 && _queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult());
        return _batch.Count != 0;
    }

    /// <summary>Commits the batch and answers every call of it; false when nothing came to disk.</summary>
    private bool TryCommit()
    {
        WriteSession session;
        long events;
        try
        {
            session = _session ??= Reopen();
            events = session.Committed.Event;
            if (!TryCommit(session)) { return false; }
        }
        catch (Exception failure)
        {
            Fail(failure);
            return false;
        }
        if (_failing)
        {
            _failing = false;
            LedgerLog.Recovered(_logger);
        }
        if (session.ChangedAgents) { _agents.Raise(); }
        if (session.Committed.Event != events) { _eventsCommitted(session.Committed.Event); }
        foreach (var call in _batch) { call.Complete(); }
        return true;
    }

    /// <summary>Commits the batch without the calls that turn out to be defective; false when none is left.</summary>
    private bool TryCommit(WriteSession session)
    {
        while (_batch.Count > 0)
        {
            session.Begin();
            WriterCall? current = null;
            try
            {
                foreach (var call in _batch)
                {
                    current = call;
                    call.Apply(session);
                }
            }
            catch (Exception defect) when (current is not null && defect is not DatabaseException { IsStorage: true })
            {
                session.Rollback();
                _batch.Remove(current);
                _metrics.Failed(storage: false);
                LedgerLog.Defect(_logger, defect);
                current.Fail(defect is DatabaseException fault ? fault.ToDefect() : defect);
                continue;
            }
            session.Commit();
            return true;
        }
        return false;
    }

    /// <summary>Answers the whole batch with the failure and gives the connection up; the next batch opens a new one, which proves that storage is back.</summary>
    private void Fail(Exception failure)
    {
        var fault = failure as DatabaseException;
        var storage = fault is { IsStorage: true };
        _metrics.Failed(storage);
        if (!storage) { LedgerLog.Defect(_logger, failure); }
        else if (!_failing) { LedgerLog.StorageFailed(_logger, _batch.Count, failure); }                 // once until it recovers; callers hear of each
        _failing |= storage;
        _session?.Dispose();                                                       // rolls back
        _session = null;
        _agents.Raise();                                                           // a commit that failed may be on disk all the same
        foreach (var call in _batch) { call.Fail(fault?.ToCaller() ?? failure); }
    }

    /// <summary>Opens the file again after a failure. Whatever stands against it is a matter of storage now, for it was open before.</summary>
    private WriteSession Reopen()
    {
        try
        {
            return WriteSession.Open(_options, _time);
        }
        catch (InvalidOperationException unfit)
        {
            throw new DatabaseException(SQLitePCL.raw.SQLITE_CANTOPEN, unfit.Message);
        }
    }

    private void Close()
    {
        _checkpointer.Dispose();
        try
        {
            _session?.Checkpoint(CheckpointMode.Truncate);
        }
        catch (DatabaseException failure)
        {
            LedgerLog.CheckpointFailed(_logger, failure);                          // the log stays beside the file and is read at the next start
        }
        _session?.Dispose();
        LedgerLog.Closed(_logger);
    }
}
