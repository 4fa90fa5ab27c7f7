using System.Collections.Immutable;
using System.Data;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>One call of CommitAsync on its way through the writer.</summary>
internal sealed class CommitCall(PreparedEntry[] entries)
{
    private readonly TaskCompletionSource<ImmutableArray<CommitResult>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>In their order.</summary>
    public IReadOnlyList<PreparedEntry> Entries => entries;

    /// <summary>Events that the entries bring.</summary>
    public int Events { get; } = entries.Sum(entry => entry.Entry.Events.IsDefault ? 0 : entry.Entry.Events.Length);

    /// <summary>Ends when the entries are on disk, or with the reason why none of them is.</summary>
    public Task<ImmutableArray<CommitResult>> Done => _done.Task;

    /// <summary>The transaction is on disk.</summary>
    public void Complete(IEnumerable<CommitResult> results) => _done.SetResult(ImmutableCollectionsMarshal.AsImmutableArray(results.ToArray()));

    /// <summary>Nothing of the call is written, or it is not known.</summary>
    public void Fail(Exception exception) => _done.SetException(exception);

    /// <summary>As <see cref="Fail"/>, where the call was not answered yet.</summary>
    public void FailIfOpen(Exception exception) => _done.TrySetException(exception);
}

/// <summary>
/// The one writer of this process: takes every call that waits into one transaction, up to a bound, and answers all of them after the commit.
/// While one transaction goes to disk the next ones gather, so the batch grows with the load and nobody waits on purpose.
/// </summary>
internal sealed class PostgresWriter : IAsyncDisposable
{
    private const int CollisionsMax = 5;
    private const string Open = "Whether it was written is not known; repeat it with the same key.";
    private static readonly TimeSpan VerdictPatience = TimeSpan.FromSeconds(5), VerdictPause = TimeSpan.FromMilliseconds(250);

    private readonly NpgsqlDataSource _source;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly LedgerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Action<long> _eventsCommitted;
    private readonly Channel<CommitCall> _queue;
    private readonly List<CommitCall> _gathered = [];
    private readonly Task _running;
    private NpgsqlConnection? _connection;
    private bool _failing;

    /// <summary>Starts writing.</summary>
    public PostgresWriter(NpgsqlDataSource source, PostgresOptions options, TimeProvider time, LedgerMetrics metrics, ILogger logger, Action<long> eventsCommitted)
    {
        (_source, _options, _time, _metrics, _logger, _eventsCommitted) = (source, options, time, metrics, logger, eventsCommitted);
        _queue = Channel.CreateBounded<CommitCall>(new BoundedChannelOptions(options.QueueMaxCalls) { SingleReader = true });
        metrics.Observe(() => _queue.Reader.Count);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Queues a call; false when the queue is full or the writer closed.</summary>
    public bool TryEnqueue(CommitCall call) => _queue.Writer.TryWrite(call);

    /// <summary>Queues a call; waits while the queue is full. False when the writer is closed.</summary>
    public async ValueTask<bool> EnqueueAsync(CommitCall call, CancellationToken cancellation)
    {
        while (!_queue.Writer.TryWrite(call))
        {
            if (!await _queue.Writer.WaitToWriteAsync(cancellation).ConfigureAwait(false)) { return false; }
        }
        return true;
    }

    /// <summary>Writes what is queued, then gives the connection up.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _running.ConfigureAwait(false);
        await HangUpAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (await GatherAsync().ConfigureAwait(false))
        {
            var batch = _gathered.ToList();
            _gathered.Clear();
            try
            {
                await CommitAsync(batch).ConfigureAwait(false);
            }
            catch (Exception defect)
            {
                // Whatever it was: those who wait must hear of it, and those who come must be written.
                _metrics.Failed(storage: false);
                LedgerLog.Defect(_logger, defect);
                await HangUpAsync().ConfigureAwait(false);
                foreach (var call in batch) { call.FailIfOpen(PostgresFault.ToCaller(defect, Open)); }
            }
        }
    }

    private async ValueTask<bool> GatherAsync()
    {
        var (entries, events) = (0, 0);
        do
        {
            while (entries < _options.BatchMaxEntries && _queue.Reader.TryPeek(out var next) && (entries == 0 || events + next.Events < EventWrites.Max) && _queue.Reader.TryRead(out var call))
            {
                _gathered.Add(call);
                (entries, events) = (entries + call.Entries.Count, events + call.Events);
            }
        }
        while (_gathered.Count == 0 && await _queue.Reader.WaitToReadAsync().ConfigureAwait(false));
        return _gathered.Count != 0;
    }

    /// <summary>Commits calls and answers each. A call that turns out to be defective is answered with that, and the others are tried again without it.</summary>
    private async Task CommitAsync(List<CommitCall> calls)
    {
        for (var collisions = 0; calls.Count > 0;)
        {
            var started = _time.GetTimestamp();
            GroupCommit? transaction = null;
            try
            {
                _connection ??= await ConnectAsync().ConfigureAwait(false);
                transaction = new(_connection, [.. calls.SelectMany(call => call.Entries)], _time);
                await transaction.RunAsync().ConfigureAwait(false);
                Complete(calls, transaction, started);
                return;
            }
            catch (Exception failure) when (PostgresFault.IsCollision(failure) && collisions++ < CollisionsMax)
            {
                await RollbackAsync().ConfigureAwait(false);
            }
            catch (Exception failure) when (PostgresFault.IsStorage(failure) || PostgresFault.IsCollision(failure))
            {
                await FailAsync(calls, transaction, failure).ConfigureAwait(false);
                return;
            }
            catch (Exception defect)
            {
                await RollbackAsync().ConfigureAwait(false);
                if (CallOf(calls, defect) is { } call)
                {
                    calls.Remove(call);
                    _metrics.Failed(storage: false);
                    LedgerLog.Defect(_logger, defect);
                    call.Fail(defect is WrongStatusException ? new InvalidOperationException(defect.Message) : PostgresFault.ToCaller(defect));
                    continue;
                }
                // The server does not say whose row it was: each for itself.
                foreach (var one in calls) { await CommitAsync([one]).ConfigureAwait(false); }
                return;
            }
        }
    }

    private static CommitCall? CallOf(List<CommitCall> calls, Exception defect)
    {
        if (calls.Count == 1) { return calls[0]; }
        if (defect is not WrongStatusException wrong) { return null; }
        var end = 0;
        return calls.First(call => wrong.Index < (end += call.Entries.Count));
    }

    private void Complete(List<CommitCall> calls, GroupCommit transaction, long started)
    {
        if (_failing)
        {
            _failing = false;
            LedgerLog.Recovered(_logger);
        }
        _metrics.Committed(transaction.Results.Count, _time.GetElapsedTime(started));
        if (transaction.NewestEvent != 0) { _eventsCommitted(transaction.NewestEvent); }
        var next = 0;
        foreach (var call in calls)
        {
            call.Complete(transaction.Results.Skip(next).Take(call.Entries.Count));
            next += call.Entries.Count;
        }
    }

    /// <summary>Answers all calls with the failure and gives the connection up; the next transaction opens a new one, which proves that storage is back.</summary>
    private async Task FailAsync(List<CommitCall> calls, GroupCommit? transaction, Exception failure)
    {
        _metrics.Failed(storage: true);
        if (!_failing) { LedgerLog.StorageFailed(_logger, calls.Count, failure); }                      // once until it recovers; callers hear of each
        _failing = true;
        await HangUpAsync().ConfigureAwait(false);
        var known = transaction is not { CommitSent: true } || await HasNotCommittedAsync(transaction.Transaction!.Value).ConfigureAwait(false);
        foreach (var call in calls) { call.Fail(known ? PostgresFault.ToCaller(failure) : PostgresFault.ToCaller(failure, Open)); }
    }

    /// <summary>Asks the server what became of a transaction whose commit got no answer. False: it was committed, or nobody can say.</summary>
    private async Task<bool> HasNotCommittedAsync(long transaction)
    {
        var until = _time.GetUtcNow() + VerdictPatience;
        while (_time.GetUtcNow() < until)
        {
            try
            {
                await using var command = _source.CreateCommand("SELECT pg_xact_status($1::text::xid8)");
                command.Parameters.Add(Values.Of($"{transaction}"));
                if (await command.ExecuteScalarAsync().ConfigureAwait(false) is string verdict and not "in progress") { return verdict == "aborted"; }
            }
            catch (Exception failure) when (PostgresFault.IsOfDatabase(failure))
            {
                LedgerLog.VerdictFailed(_logger, failure);
            }
            await Task.Delay(VerdictPause, _time).ConfigureAwait(false);
        }
        return false;
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = await _source.OpenConnectionAsync().ConfigureAwait(false);
        try
        {
            await Durability.CheckAsync(connection).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task RollbackAsync()
    {
        if (_connection is not { State: ConnectionState.Open })
        {
            await HangUpAsync().ConfigureAwait(false);
            return;
        }
        try
        {
            await using var command = new NpgsqlCommand("ROLLBACK", _connection);
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresFault.IsOfDatabase(failure))
        {
            LedgerLog.RollbackFailed(_logger, failure);
            await HangUpAsync().ConfigureAwait(false);                             // the server rolls back what has lost its connection
        }
    }

    private async Task HangUpAsync()
    {
        if (_connection is not { } connection) { return; }
        _connection = null;
        NpgsqlConnection.ClearPool(connection);
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
