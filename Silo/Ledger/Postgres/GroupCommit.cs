using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NexusActors.Coordination;
using NexusActors.Learning;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>An update names a status that its task does not have, though the version is right: the counts would go wrong.</summary>
/// <param name="index">Which entry.</param>
/// <param name="message">What stands and what is said.</param>
internal sealed class WrongStatusException(int index, string message) : InvalidOperationException(message)
{
    /// <summary>Which entry.</summary>
    public int Index => index;
}

/// <summary>
/// One transaction with the entries of many callers: for each <see cref="Waves">stretch</see> first the guards, set by set, then what follows from those that held. Two or three round trips, however many entries.
/// </summary>
/// <param name="connection">The writer's own connection.</param>
/// <param name="entries">In their order.</param>
/// <param name="time">The clock.</param>
internal sealed class GroupCommit(NpgsqlConnection connection, IReadOnlyList<PreparedEntry> entries, TimeProvider time)
{
    private const int Slots = 16;

    private readonly CommandBatch _batch = new(connection);
    // Where this writer counts experiences: the server numbers its sessions, so that writers of different processes rarely share one, and may.
    private readonly int _slot = connection.ProcessID % Slots;
    private readonly CommitResult[] _results = new CommitResult[entries.Count];
    private readonly Dictionary<(string Queue, WorkStatus Status), long> _counts = [];
    private long _position;

    /// <summary>What became of each entry; valid once <see cref="RunAsync"/> has ended.</summary>
    public IReadOnlyList<CommitResult> Results => _results;

    /// <summary>Number of the transaction, once it has begun.</summary>
    public long? Transaction { get; private set; }

    /// <summary>Whether the commit was sent: a failure after that leaves it open what came of it.</summary>
    public bool CommitSent { get; private set; }

    /// <summary>Position of the newest event written; 0 for none.</summary>
    public long NewestEvent { get; private set; }

    /// <summary>Writes everything and commits; returns when it is on disk. Where it throws, the transaction is open or broken and is to be rolled back.</summary>
    public async Task RunAsync()
    {
        _batch.Add("BEGIN ISOLATION LEVEL READ COMMITTED");
        // What event_positions() says. A function in SQL is planned anew at each call, which costs as much as a small commit.
        _batch.Read("SELECT (pg_current_xact_id()::text::bigint + shift) << 16, pg_current_xact_id()::text::bigint FROM event_clock", row => (_position, Transaction) = (row.GetInt64(0), row.GetInt64(1)));
        var start = 0;
        foreach (var end in Waves.Cut(entries))
        {
            await WriteAsync(start, end).ConfigureAwait(false);
            start = end;
        }
        AddTotals();
        _batch.Add("COMMIT");
        var ended = AddChildren();
        CommitSent = true;
        await _batch.RunAsync().ConfigureAwait(false);
        Answer(ended);
    }

    private async Task WriteAsync(int start, int end)
    {
        List<int> open = [.. Enumerable.Range(start, end - start)];
        await TakeKeysAsync(open).ConfigureAwait(false);
        AddGuards(open);
        await _batch.RunAsync().ConfigureAwait(false);
        await RefuseWrongStatusAsync(open).ConfigureAwait(false);
        AddConsequences(open);
    }

    /// <summary>Idempotency keys first: an entry whose key is known is answered from it and goes no further.</summary>
    private async Task TakeKeysAsync(List<int> open)
    {
        List<int> keyed = [.. open.Where(i => entries[i].Entry.Operation is not null)];
        if (keyed.Count == 0) { return; }
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var stored = new Dictionary<string, Operation>(StringComparer.Ordinal);
        KeyedWrites.TakeKeys(_batch, [.. keyed.Select(i => entries[i].Entry.Operation!)], time.GetUtcNow(), key => taken.Add(key), operation => stored[operation.Key] = operation);
        await _batch.RunAsync().ConfigureAwait(false);
        foreach (var i in keyed)
        {
            var asked = entries[i].Entry.Operation!;
            if (taken.Contains(asked.Key)) { continue; }
            var first = stored[asked.Key];
            _results[i] = first.BodyHash == asked.BodyHash ? new(CommitOutcome.Repeated, FirstAnswer: first.Answer) : new(CommitOutcome.KeyReused);
            open.Remove(i);
        }
    }

    /// <summary>The guarded changes. Outcomes are known after the round trip.</summary>
    private void AddGuards(List<int> open)
    {
        var inserts = new List<TaskRow>();
        var updates = new List<TaskRow>();
        var agentInserts = new List<(PreparedEntry Prepared, AgentView Agent)>();
        var agentUpdates = new List<(PreparedEntry Prepared, AgentView Agent)>();
        var agentDeletes = new List<string>();
        var queues = new List<(string Name, byte[]? Settings)>();
        var settings = new List<(string Name, string Value)>();
        var experiences = new List<(PreparedEntry Prepared, Experience Experience)>();
        var (made, changed, ended) = (new List<Document>(), new List<Document>(), new List<DocumentDelete>());
        var places = new Dictionary<(char Kind, string Id, long Seq), int>();
        foreach (var i in open)
        {
            var prepared = entries[i];
            switch (prepared.Entry.Change)
            {
                case null: _results[i] = new(CommitOutcome.Done); break;
                case TaskInsert(var task): inserts.Add(new(prepared, task)); Expect('t', task.Id, 0, i, CommitOutcome.Exists); break;
                case TaskUpdate(var next, var from): updates.Add(new(prepared, next) { From = from }); Expect('u', "", next.Seq, i, CommitOutcome.Conflict); break;
                case AgentInsert(var agent): agentInserts.Add((prepared, agent)); Expect('a', agent.Profile.Id, 0, i, CommitOutcome.Exists); break;
                case AgentUpdate(var agent): agentUpdates.Add((prepared, agent)); Expect('a', agent.Profile.Id, 0, i, CommitOutcome.Conflict); break;
                case AgentDelete(var id): agentDeletes.Add(id); Expect('a', id, 0, i, CommitOutcome.Conflict); break;
                case QueuePut(var name, _): queues.Add((name, prepared.Body)); _results[i] = new(CommitOutcome.Done); break;
                case SettingPut(var name, var value): settings.Add((name, value)); _results[i] = new(CommitOutcome.Done); break;
                case DocumentInsert(var document): made.Add(document); Expect('d', NameOf(document.Kind, document.Id), 0, i, CommitOutcome.Exists); break;
                case DocumentUpdate(var document): changed.Add(document); Expect('d', NameOf(document.Kind, document.Id), 0, i, CommitOutcome.Conflict); break;
                case DocumentDelete end: ended.Add(end); Expect('d', NameOf(end.Kind, end.Id), 0, i, CommitOutcome.Conflict); break;
                case ExperienceInsert(var experience): experiences.Add((prepared, experience)); Expect('e', experience.Id, 0, i, CommitOutcome.Exists); break;
                case var change: throw new InvalidOperationException($"No ledger knows the change {change.GetType().Name}.");
            }
        }
        if (inserts.Count > 0) { TaskWrites.Insert(_batch, inserts, (id, seq) => Done('t', id, 0, seq)); }
        if (updates.Count > 0)
        {
            updates.Sort((left, right) => left.Seq.CompareTo(right.Seq));
            TaskWrites.Update(_batch, updates, seq => Done('u', "", seq, 0));
        }
        if (agentInserts.Count > 0) { AgentWrites.Insert(_batch, agentInserts, id => Done('a', id, 0, 0)); }
        if (agentUpdates.Count > 0) { AgentWrites.Update(_batch, agentUpdates, id => Done('a', id, 0, 0)); }
        if (agentDeletes.Count > 0) { AgentWrites.Delete(_batch, agentDeletes, id => Done('a', id, 0, 0)); }
        if (queues.Count > 0) { KeyedWrites.PutQueues(_batch, queues); }
        if (settings.Count > 0) { KeyedWrites.PutSettings(_batch, settings); }
        if (experiences.Count > 0) { ExperienceWrites.Insert(_batch, experiences, _slot, (id, seq) => Done('e', id, 0, seq)); }

        if (made.Count > 0) { DocumentWrites.Insert(_batch, made, (kind, id, seq) => Done('d', NameOf(kind, id), 0, seq)); }
        if (changed.Count > 0) { DocumentWrites.Update(_batch, changed, (kind, id) => Done('d', NameOf(kind, id), 0, 0)); }
        if (ended.Count > 0) { DocumentWrites.Delete(_batch, ended, (kind, id) => Done('d', NameOf(kind, id), 0, 0)); }

        static string NameOf(string kind, string id) => $"{kind}/{id}";

        void Expect(char kind, string id, long seq, int i, CommitOutcome refusal)
        {
            places.Add((kind, id, seq), i);
            _results[i] = new(refusal);
        }

        void Done(char kind, string id, long seq, long given) => _results[places[(kind, id, seq)]] = new(CommitOutcome.Done, given);
    }

    private async Task RefuseWrongStatusAsync(List<int> open)
    {
        var refused = open.Where(i => _results[i].Outcome == CommitOutcome.Conflict && entries[i].Entry.Change is TaskUpdate)
            .ToDictionary(i => ((TaskUpdate)entries[i].Entry.Change!).Next.Seq);
        if (refused.Count == 0) { return; }
        WrongStatusException? wrong = null;
        TaskWrites.Stand(_batch, refused.Keys, (seq, version, status) =>
        {
            var (next, from) = (TaskUpdate)entries[refused[seq]].Entry.Change!;
            if (version == next.View.Version - 1) { wrong ??= new(refused[seq], $"Task {next.Id} stands at {status} in version {version}, not at {from} as the update says."); }
        });
        await _batch.RunAsync().ConfigureAwait(false);
        if (wrong is not null) { throw wrong; }
    }

    /// <summary>What follows from the changes whose guard held; goes with the next round trip.</summary>
    private void AddConsequences(List<int> open)
    {
        var begun = new List<TaskRow>();
        var events = new List<PlacedEvent>();
        var experiences = new List<(PreparedEntry Prepared, Experience Experience)>();
        var moves = new Dictionary<string, (TallySum Sum, DateTimeOffset Seen)>(StringComparer.Ordinal);
        var progress = new Dictionary<long, string>();
        var refusedKeys = new List<string>();
        foreach (var i in open)
        {
            var (entry, result) = (entries[i].Entry, _results[i]);
            if (result.Outcome != CommitOutcome.Done)
            {
                if (entry.Operation is { } operation) { refusedKeys.Add(operation.Key); }
                continue;
            }
            if (entry.Change is TaskInsert(var task)) { begun.Add(new(entries[i], task) { Seq = result.Seq }); }
            Count(entry.Change);
            AddEvents(entry, result.Seq, events);
            if (entry.Experience is { } experience) { experiences.Add((entries[i], experience)); }
            foreach (var tally in entry.Tallies.IsDefault ? [] : entry.Tallies) { CollectionsMarshal.GetValueRefOrAddDefault(moves, tally.AgentId, out _).Sum.Add(tally); }
            foreach (var touch in entry.Touches.IsDefault ? [] : entry.Touches)
            {
                if (touch is TaskProgressed(var seq, var json)) { progress[seq] = json; }
                else if (touch is AgentSeen(var id, var at))
                {
                    ref var move = ref CollectionsMarshal.GetValueRefOrAddDefault(moves, id, out _);
                    if (move.Seen < at) { move.Seen = at; }
                }
            }
        }
        if (begun.Count > 0) { TaskWrites.Begin(_batch, begun); }
        if (events.Count > 0) { EventWrites.Insert(_batch, events); }
        if (experiences.Count > 0) { ExperienceWrites.Insert(_batch, experiences, _slot, (_, _) => { }); }
        if (moves.Count > 0) { AgentWrites.Move(_batch, moves); }
        if (progress.Count > 0) { TaskWrites.Progress(_batch, progress); }
        if (refusedKeys.Count > 0) { KeyedWrites.GiveKeysBack(_batch, refusedKeys); }
    }

    private void AddEvents(LedgerEntry entry, long given, List<PlacedEvent> events)
    {
        var (id, seq) = entry.Change switch
        {
            TaskInsert(var task) => (task.Id, given),
            TaskUpdate(var next, _) => (next.Id, next.Seq),
            _ => (null, 0L),
        };
        foreach (var item in entry.Events.IsDefault ? [] : entry.Events)
        {
            if ((++_position & EventWrites.Max) == 0) { throw new InvalidOperationException($"One transaction cannot hold more than {EventWrites.Max} events."); }
            NewestEvent = _position;
            events.Add(new(_position, item.TaskId is not null && item.TaskId == id ? seq : null, item));
        }
    }

    private void Count(LedgerChange? change)
    {
        switch (change)
        {
            case TaskInsert(var task):
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, (task.View.Spec.Queue, task.View.Status), out _)++;
                break;
            case TaskUpdate(var next, var from) when next.View.Status != from:
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, (next.View.Spec.Queue, from), out _)--;
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, (next.View.Spec.Queue, next.View.Status), out _)++;
                break;
        }
    }

    private void AddTotals()
    {
        List<(string Queue, int Status, long Change)> moved = [.. _counts.Where(count => count.Value != 0).Select(count => (count.Key.Queue, (int)count.Key.Status, count.Value))];
        if (moved.Count > 0) { KeyedWrites.CountTasks(_batch, moved, _slot); }
    }

    /// <summary>
    /// After the commit, so that nobody is missed: a child that is on disk by now is found here; one that comes later finds its parent ended when its queue looks.
    /// </summary>
    private Dictionary<string, ImmutableArray<ChildEdge>.Builder> AddChildren()
    {
        var ended = new Dictionary<string, ImmutableArray<ChildEdge>.Builder>(StringComparer.Ordinal);
        for (var i = 0; i < _results.Length; i++)
        {
            if (_results[i].Outcome == CommitOutcome.Done && entries[i].Entry.Change is TaskUpdate { Next: { IsFinal: true } next }) { ended.TryAdd(next.Id, ImmutableArray.CreateBuilder<ChildEdge>()); }
        }
        if (ended.Count == 0) { return ended; }
        TaskWrites.Children(_batch, ended.Keys, (parent, child) =>
        {
            var found = ended[parent];
            if (found.Count == 0 || found[^1] != child) { found.Add(child); }                      // a child may name a parent twice
        });
        return ended;
    }

    private void Answer(Dictionary<string, ImmutableArray<ChildEdge>.Builder> ended)
    {
        for (var i = 0; i < _results.Length; i++)
        {
            if (_results[i].Outcome != CommitOutcome.Done || entries[i].Entry.Change is not TaskUpdate(var next, _)) { continue; }
            _results[i] = _results[i] with { Children = next.IsFinal ? ended[next.Id].ToImmutable() : [] };
        }
    }
}
