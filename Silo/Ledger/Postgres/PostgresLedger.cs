using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Learning;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>The ledger in PostgreSQL, shared by many processes: in each one writer with group commit, and readers from a pool. What is acknowledged is on disk.</summary>
internal sealed class PostgresLedger : ILedger, ILedgerRetention, IAsyncDisposable
{
    /// <summary>Tasks in one page of <see cref="LiveTasksAsync"/>.</summary>
    private const int LivePage = 2000;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresReaders _readers;
    private readonly EventFrontier _frontier;
    private readonly PostgresWriter _writer;
    private readonly ILogger _logger;
    private int _disposed;

    private PostgresLedger(NpgsqlDataSource source, PostgresOptions options, TimeProvider time, LedgerMetrics metrics, ILogger logger)
    {
        (_source, _readers, _logger) = (source, new(source), logger);
        _frontier = new(() => EventReads.ReachAsync(_readers), time);
        _writer = new(source, options, time, metrics, logger, _frontier.Written);
    }

    /// <summary>Checks the server, brings the schema up to date and starts the writer.</summary>
    /// <exception cref="InvalidOperationException">The schema is of a newer program, the server is set to lose what it acknowledges, or it lets nobody in with this name and password.</exception>
    /// <exception cref="NexusException">The server does not answer.</exception>
    public static async Task<PostgresLedger> OpenAsync(NpgsqlDataSource source, PostgresOptions options, TimeProvider time, LedgerMetrics metrics, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            await using (var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false))
            {
                await Durability.CheckAsync(connection).ConfigureAwait(false);
                LedgerLog.OpenedServer(logger, connection.ServerVersion, connection.Database);
            }
            await Migrations.RunAsync(source, logger, cancellation).ConfigureAwait(false);
            await EventPartitions.KeepAsync(source, time.GetUtcNow(), cancellation).ConfigureAwait(false);
            return new(source, options, time, metrics, logger);
        }
        catch (Exception failure) when (PostgresFault.IsOfDatabase(failure))
        {
            throw PostgresFault.AtStart(failure);
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<CommitResult>> CommitAsync(ImmutableArray<LedgerEntry> entries, CancellationToken cancellation)
    {
        if (entries.IsDefaultOrEmpty) { return []; }
        var prepared = new PreparedEntry[entries.Length];
        for (var i = 0; i < prepared.Length; i++) { prepared[i] = new(entries[i]); }
        var call = new CommitCall(prepared);
        if (!_writer.TryEnqueue(call) && !await _writer.EnqueueAsync(call, cancellation).ConfigureAwait(false)) { throw Closing(); }
        return await call.Done.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Trimmed> TrimAsync(TrimPortion portion, CancellationToken cancellation)
    {
        try
        {
            var reach = await _frontier.RecentAsync(cancellation).ConfigureAwait(false);
            var trimmed = await TrimWrites.RunAsync(_source, portion, reach.Frontier, cancellation).ConfigureAwait(false);
            if (portion.ExperiencesBefore == DateTimeOffset.MinValue) { return trimmed; }
            var experiences = await ExperienceRemoval.OldAsync(_source, portion.ExperiencesBefore, portion.Max, cancellation).ConfigureAwait(false);
            return trimmed with { Experiences = experiences, Done = trimmed.Done && experiences < portion.Max };
        }
        catch (Exception failure) when (PostgresFault.IsOfDatabase(failure))
        {
            throw PostgresFault.ToCaller(failure);
        }
    }

    /// <inheritdoc/>
    public async Task<int> EraseAsync(ImmutableArray<long> seqs, CancellationToken cancellation)
    {
        try { return await ExperienceRemoval.NamedAsync(_source, seqs, cancellation).ConfigureAwait(false); }
        catch (Exception failure) when (PostgresFault.IsOfDatabase(failure)) { throw PostgresFault.ToCaller(failure); }
    }

    /// <inheritdoc/>
    public Task<TaskState?> FindTaskAsync(string id, CancellationToken cancellation) => TaskReads.FindAsync(_readers, id, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<TaskState>> FindTasksAsync(ImmutableArray<long> seqs, CancellationToken cancellation) => TaskReads.FindAsync(_readers, seqs, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImmutableArray<TaskState>> LiveTasksAsync(string queue, SlotRange slots, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = 0L;
        while (true)
        {
            var page = await TaskReads.LiveAfterAsync(_readers, queue, slots, after, LivePage, cancellation).ConfigureAwait(false);
            if (page.IsEmpty) { yield break; }
            after = page[^1].Seq;
            yield return page;
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ParentEdge>> LiveEdgesAsync(string queue, SlotRange slots, CancellationToken cancellation) => TaskReads.LiveEdgesAsync(_readers, queue, slots, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<ParentResult>> OutcomesAsync(ImmutableArray<string> ids, CancellationToken cancellation) => TaskReads.OutcomesAsync(_readers, ids, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<ChildEdge>> ChildrenAsync(string parentId, CancellationToken cancellation) => TaskReads.ChildrenAsync(_readers, parentId, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<TaskState>> ListTasksAsync(TaskFilter filter, CancellationToken cancellation) => TaskList.ReadAsync(_readers, filter, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> FailedTasksAsync(string queue, int max, CancellationToken cancellation) => TaskReads.FailedAsync(_readers, queue, max, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<(string Queue, WorkStatus Status, long Count)>> CountTasksAsync(CancellationToken cancellation) => TaskReads.CountsAsync(_readers, cancellation);

    /// <inheritdoc/>
    public Task<QueueSettings?> FindQueueAsync(string name, CancellationToken cancellation) => KeyedReads.QueueAsync(_readers, name, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<(string Name, QueueSettings Settings)>> QueuesAsync(CancellationToken cancellation) => KeyedReads.QueuesAsync(_readers, cancellation);

    /// <inheritdoc/>
    public Task<string?> FindSettingAsync(string name, CancellationToken cancellation) => KeyedReads.SettingAsync(_readers, name, cancellation);

    /// <inheritdoc/>
    public Task<Operation?> FindOperationAsync(string key, CancellationToken cancellation) => KeyedReads.OperationAsync(_readers, key, cancellation);

    /// <inheritdoc/>
    public Task<AgentView?> FindAgentAsync(string id, CancellationToken cancellation) => AgentReads.FindAsync(_readers, id, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<AgentView>> AgentsAsync(CancellationToken cancellation) => AgentReads.AllAsync(_readers, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> SilentAgentsAsync(DateTimeOffset before, CancellationToken cancellation) => AgentReads.SilentAsync(_readers, before, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<TaskState>> HeldTasksAsync(string agentId, CancellationToken cancellation) => TaskReads.HeldByAsync(_readers, agentId, cancellation);

    /// <inheritdoc/>
    public async Task<EventPage> ReadEventsAsync(long after, EventFilter filter, int max, CancellationToken cancellation)
    {
        var reach = await _frontier.RecentAsync(cancellation).ConfigureAwait(false);
        return await EventReads.AfterAsync(_readers, after, reach.Frontier, filter, max, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<EventView>> TaskEventsAsync(string taskId, CancellationToken cancellation) => EventReads.OfTaskAsync(_readers, taskId, cancellation);

    /// <inheritdoc/>
    public async Task<long> LastEventAsync(CancellationToken cancellation) => (await _frontier.ReachAsync(cancellation).ConfigureAwait(false)).Last;

    /// <inheritdoc/>
    public Task WaitForEventAsync(long after, CancellationToken cancellation) => _frontier.WaitAsync(after, cancellation);

    /// <inheritdoc/>
    public Task<Experience?> FindExperienceAsync(string id, CancellationToken cancellation) => ExperienceReads.FindAsync(_readers, id, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<Experience>> ListExperiencesAsync(ExperienceFilter filter, CancellationToken cancellation) => ExperienceReads.ListAsync(_readers, filter, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<(string Stream, long NewestSeq)>> ExperienceStreamsAsync(CancellationToken cancellation) => ExperienceReads.StreamsAsync(_readers, cancellation);

    /// <inheritdoc/>
    public Task<ExperienceCounts> CountExperiencesAsync(DateTimeOffset recentSince, CancellationToken cancellation) => ExperienceReads.CountAsync(_readers, recentSince, cancellation);

    /// <inheritdoc/>
    public Task<Document?> FindDocumentAsync(string kind, string id, CancellationToken cancellation) => DocumentReads.FindAsync(_readers, kind, id, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<Document>> ListDocumentsAsync(DocumentFilter filter, CancellationToken cancellation) => DocumentReads.ListAsync(_readers, filter, cancellation);

    /// <summary>Writes what is queued and lets go of the writer's connection; the pool belongs to the container.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) { return; }
        await _writer.DisposeAsync().ConfigureAwait(false);
        LedgerLog.Closed(_logger);
    }

    private static NexusException Closing() =>
        new(NexusError.StorageUnavailable, "The service is closing. Nothing was changed; repeat it later.", retryAfter: PostgresFault.RetryAfter);
}
