using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Learning;

namespace NexusActors.Ledger.Sqlite;

/// <summary>The ledger in one SQLite file: one writer with group commit, a few readers. What is acknowledged is on disk.</summary>
internal sealed class SqliteLedger : ILedger, ILedgerRetention, IAsyncDisposable
{
    /// <summary>Tasks in one page of <see cref="LiveTasksAsync"/>.</summary>
    private const int LivePage = 2000;

    private readonly FolderLock _lock;
    private readonly EventSignal _events;
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly ChangeCount _agentsVersion;
    private volatile AgentList? _agents;
    private int _disposed;

    /// <summary>All agents as they stood when the count of their changes was read.</summary>
    private sealed record AgentList(long Version, ImmutableArray<AgentView> Agents);

    private SqliteLedger(FolderLock folderLock, EventSignal events, ChangeCount agentsVersion, SqliteWriter writer, SqliteReaders readers) =>
        (_lock, _events, _agentsVersion, _writer, _readers) = (folderLock, events, agentsVersion, writer, readers);

    /// <summary>Opens the data file, making it and its folder where there is none, and starts the writer.</summary>
    /// <exception cref="InvalidOperationException">Another process has it, it was written by a newer program, or the file system cannot keep what is promised.</exception>
    /// <exception cref="NexusException">Storage does not answer.</exception>
    public static SqliteLedger Open(SqliteLedgerOptions options, TimeProvider time, LedgerMetrics metrics, ILogger logger)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(options.Path)) is { } folder) { Directory.CreateDirectory(folder); }
        var folderLock = FolderLock.Take(options.Path);
        WriteSession? session = null;
        try
        {
            session = WriteSession.Open(options, time);
            var readers = new SqliteReaders(options, logger);
            var at = session.Committed;
            LedgerLog.Opened(logger, options.Path, at.Task, at.Event);
            var events = new EventSignal(at.Event);
            var agents = new ChangeCount();
            return new(folderLock, events, agents, new(session, options, time, metrics, logger, events.Publish, agents), readers);
        }
        catch (Exception failure)
        {
            session?.Dispose();
            folderLock.Dispose();
            if (failure is DatabaseException fault) { throw fault.ToCaller(); }
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<CommitResult>> CommitAsync(ImmutableArray<LedgerEntry> entries, CancellationToken cancellation)
    {
        if (entries.IsDefaultOrEmpty) { return Task.FromResult(ImmutableArray<CommitResult>.Empty); }
        var prepared = new PreparedEntry[entries.Length];
        for (var i = 0; i < prepared.Length; i++) { prepared[i] = new(entries[i]); }
        var call = new CommitCall(prepared);
        // The caller awaits the writer's own task: what waits goes from the writer straight to its grain's scheduler.
        return _writer.TryEnqueue(call) ? call.Done : WhenThereIsRoomAsync(call, cancellation);
    }

    private async Task<ImmutableArray<CommitResult>> WhenThereIsRoomAsync(CommitCall call, CancellationToken cancellation)
    {
        if (!await _writer.EnqueueAsync(call, cancellation).ConfigureAwait(false)) { throw Closing(); }
        return await call.Done.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<Trimmed> TrimAsync(TrimPortion portion, CancellationToken cancellation) => RemoveAsync(session => session.Trim(portion), cancellation);

    /// <inheritdoc/>
    public Task<int> EraseAsync(ImmutableArray<long> seqs, CancellationToken cancellation) => RemoveAsync(session => session.Erase(seqs), cancellation);

    private async Task<T> RemoveAsync<T>(Func<WriteSession, T> remove, CancellationToken cancellation) where T : struct
    {
        var call = new RemovalCall<T>(remove);
        if (!await _writer.EnqueueAsync(call, cancellation).ConfigureAwait(false)) { throw Closing(); }
        return await call.Done.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<TaskState?> FindTaskAsync(string id, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => TaskReads.Find(reader, id), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<TaskState>> FindTasksAsync(ImmutableArray<long> seqs, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => TaskReads.Find(reader, seqs), cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImmutableArray<TaskState>> LiveTasksAsync(string queue, SlotRange slots, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = 0L;
        while (true)
        {
            var position = after;
            var page = await _readers.ReadAsync(reader => TaskReads.LiveAfter(reader, queue, slots, position, LivePage), cancellation).ConfigureAwait(false);
            if (page.IsEmpty) { yield break; }
            after = page[^1].Seq;
            yield return page;
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ParentEdge>> LiveEdgesAsync(string queue, SlotRange slots, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => TaskReads.LiveEdges(reader, queue, slots), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<ParentResult>> OutcomesAsync(ImmutableArray<string> ids, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => TaskReads.Outcomes(reader, ids), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<ChildEdge>> ChildrenAsync(string parentId, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => TaskReads.Children(reader, parentId), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<TaskState>> ListTasksAsync(TaskFilter filter, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => TaskList.Read(reader, filter), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> FailedTasksAsync(string queue, int max, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => TaskReads.Failed(reader, queue, max), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<(string Queue, WorkStatus Status, long Count)>> CountTasksAsync(CancellationToken cancellation) =>
        _readers.ReadAsync(TaskReads.Counts, cancellation);

    /// <inheritdoc/>
    public Task<QueueSettings?> FindQueueAsync(string name, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => KeyedReads.Queue(reader, name), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<(string Name, QueueSettings Settings)>> QueuesAsync(CancellationToken cancellation) =>
        _readers.ReadAsync(KeyedReads.Queues, cancellation);

    /// <inheritdoc/>
    public Task<string?> FindSettingAsync(string name, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => KeyedReads.Setting(reader, name), cancellation);

    /// <inheritdoc/>
    public Task<Operation?> FindOperationAsync(string key, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => KeyedReads.Operation(reader, key), cancellation);

    /// <inheritdoc/>
    public Task<AgentView?> FindAgentAsync(string id, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => AgentReads.Find(reader, id), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<AgentView>> AgentsAsync(CancellationToken cancellation)
    {
        var version = _agentsVersion.Current;                                      // before the read, so that a change beside it is never taken for known
        return _agents is { } known && known.Version == version ? Task.FromResult(known.Agents) : ReadAsync();

        async Task<ImmutableArray<AgentView>> ReadAsync()
        {
            var agents = await _readers.ReadAsync(AgentReads.All, cancellation).ConfigureAwait(false);
            _agents = new(version, agents);
            return agents;
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> SilentAgentsAsync(DateTimeOffset before, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => AgentReads.Silent(reader, before), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<TaskState>> HeldTasksAsync(string agentId, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => TaskReads.HeldBy(reader, agentId), cancellation);

    /// <inheritdoc/>
    public Task<EventPage> ReadEventsAsync(long after, EventFilter filter, int max, CancellationToken cancellation) =>
        after >= _events.Last ? Task.FromResult(new EventPage([], after)) : _readers.ReadAsync(reader => EventReads.After(reader, after, filter, max), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<EventView>> TaskEventsAsync(string taskId, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => EventReads.OfTask(reader, taskId), cancellation);

    /// <inheritdoc/>
    public Task<long> LastEventAsync(CancellationToken cancellation) => Task.FromResult(_events.Last);

    /// <inheritdoc/>
    public Task WaitForEventAsync(long after, CancellationToken cancellation) => _events.WaitAsync(after, cancellation);

    /// <inheritdoc/>
    public Task<Experience?> FindExperienceAsync(string id, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => ExperienceReads.Find(reader, id), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<Experience>> ListExperiencesAsync(ExperienceFilter filter, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => ExperienceReads.List(reader, filter), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<(string Stream, long NewestSeq)>> ExperienceStreamsAsync(CancellationToken cancellation) =>
        _readers.ReadAsync(ExperienceReads.Streams, cancellation);

    /// <inheritdoc/>
    public Task<ExperienceCounts> CountExperiencesAsync(DateTimeOffset recentSince, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => ExperienceReads.Count(reader, recentSince), cancellation);

    /// <inheritdoc/>
    public Task<Document?> FindDocumentAsync(string kind, string id, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => DocumentReads.Find(reader, kind, id), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<Document>> ListDocumentsAsync(DocumentFilter filter, CancellationToken cancellation) =>
        _readers.ReadAsync(reader => DocumentReads.List(reader, filter), cancellation);

    /// <summary>Ends the reads, writes what is queued, moves the log into the data file and lets go of the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) { return; }
        await _readers.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        _lock.Dispose();
    }

    /// <summary>What callers see once the ledger closes.</summary>
    public static NexusException Closing() =>
        new(NexusError.StorageUnavailable, "The service is closing. Nothing was changed; repeat it later.", retryAfter: DatabaseException.RetryAfter);
}
