using System.Collections.Concurrent;
using System.Collections.Immutable;
using NexusActors.Coordination;
using NexusActors.Crash;
using NexusActors.Errors;
using NexusActors.Samples.Agent;
using LeasedTask = NexusActors.Coordination.LeasedTask;

namespace NexusActors.Split;

/// <summary>
/// Some tasks in a queue of their own, which has an activation on each side, and agents and callers that work on them through both at once until all have ended. Whoever gets no answer asks again, on any side;
/// what anybody is told is written down.
/// </summary>
internal sealed class SplitRound(SplitSilos silos, int number, int seed)
{
    public const int Tasks = 6, Agents = 4, MaxRetries = 200;
    private const int TriesMax = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(20);
    private readonly string _queue = $"q{number}";
    private readonly ConcurrentDictionary<string, bool> _open = new();
    private readonly ConcurrentDictionary<string, bool> _calledOff = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private int _repeats;

    /// <summary>Ids of the tasks.</summary>
    public ImmutableArray<string> Ids { get; } = [.. Enumerable.Range(0, Tasks).Select(i => $"r{number}-t{i}")];

    /// <summary>Tasks that somebody asked to be called off.</summary>
    public ICollection<string> CalledOff => _calledOff.Keys;

    /// <summary>Answers that nobody should get.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>Calls that had to be repeated.</summary>
    public int Repeats => _repeats;

    /// <summary>What each agent has been told.</summary>
    public List<AgentRecord> Journals { get; } = [];

    public async Task RunAsync()
    {
        var chance = new Random(seed);
        await silos.Grains(0).GetGrain<IQueueGrain>(_queue).ConfigureAsync(new());
        foreach (var agent in Enumerable.Range(0, Agents).Select(AgentId))
        {
            await silos.Grains(chance.Next(SplitSilos.Sides)).GetGrain<IAgentGrain>(agent).RegisterAsync(new() { Id = agent, Type = AgentType.Operations, Name = agent, Capabilities = ["analysis"], Mode = AgentMode.Pull, Queues = [_queue] });
        }
        // The first submit of a task goes to both sides at once, under one key: both callers are told that it is there.
        await Task.WhenAll(Ids.Select(async id =>
        {
            var replies = await Task.WhenAll(Enumerable.Range(0, SplitSilos.Sides).Select(side => AskAsync(side, grains => SubmitAsync(grains, id), chance.Next())));
            if (replies.Any(reply => reply.Error != NexusError.None || reply.TaskId != id) || replies.Count(reply => reply.Repeated) != SplitSilos.Sides - 1) { _wrong.Enqueue($"submit of {id}: {string.Join(", ", replies.Select(reply => $"{reply.TaskId} {reply.Error} {reply.Repeated}"))}"); }
            _open[id] = true;
        }));
        Assert.All(await silos.LoadBothAsync(_queue), view => Assert.Equal(Tasks, view.Ready));

        var seeds = Enumerable.Range(0, Agents + 1).Select(_ => chance.Next()).ToArray();
        using var limit = new CancellationTokenSource(Patience);
        var workers = Enumerable.Range(0, Agents).Select(i => Task.Run(() => WorkAsync(AgentId(i), new(seeds[i]), limit.Token))).ToArray();
        await Task.WhenAll([.. workers, Task.Run(() => CallOffAsync(new(seeds[Agents]), limit.Token)), Task.Run(() => LookAsync(limit.Token))]);
        foreach (var left in _open.Keys) { _wrong.Enqueue($"{left} has not ended"); }
    }

    private string AgentId(int i) => $"r{number}-a{i}";

    private async Task<SubmitReply> SubmitAsync(IGrainFactory grains, string id) => Assert.Single(await grains.GetGrain<IQueueGrain>(_queue).SubmitAsync(
    [
        new()
        {
            Spec = new() { Id = id, Type = TaskType.Analysis, Priority = 3, Description = "split", Queue = _queue, Retry = new() { MaxRetries = MaxRetries, BackoffBase = TimeSpan.FromMilliseconds(1), BackoffCap = TimeSpan.FromMilliseconds(5) } },
            IdempotencyKey = $"key-{id}",
            BodyHash = "body",
        },
    ]));

    private async Task WorkAsync(string agent, Random chance, CancellationToken limit)
    {
        var lines = new List<JournalLine>();
        lock (Journals) { Journals.Add(new(agent, [])); }
        while (!_open.IsEmpty && !limit.IsCancellationRequested)
        {
            var leases = await AskAsync(chance.Next(SplitSilos.Sides), grains => grains.GetGrain<IAgentGrain>(agent).LeaseAsync(new() { Max = chance.Next(1, 4) }), chance.Next());
            foreach (var lease in leases)
            {
                lines.Add(new() { Event = JournalEvents.Leased, Task = lease.Task.Spec.Id, Attempt = lease.Attempt, Token = lease.Token });
                if (chance.Next(3) == 0) { await BeatAsync(agent, lease, chance); }
                await ReportAsync(agent, lease, chance, lines);
            }
        }
        lock (Journals) { Journals[Journals.FindIndex(record => record.AgentId == agent)] = new(agent, [.. lines]); }
    }

    /// <summary>Through either side a lease that is held is known as held.</summary>
    private async Task BeatAsync(string agent, LeasedTask lease, Random chance)
    {
        var reply = await AskAsync(chance.Next(SplitSilos.Sides), grains => grains.GetGrain<IAgentGrain>(agent).HeartbeatAsync(new() { Leases = [new(lease.Task.Spec.Id, lease.Token, null)] }), chance.Next());
        if (!reply.Lost.IsDefaultOrEmpty) { _wrong.Enqueue($"heartbeat for {lease.Task.Spec.Id}, attempt {lease.Attempt} of {agent}: told that it is lost"); }
    }

    /// <summary>
    /// One report on one side; or the same on both sides at once, which must be answered alike; or two that exclude each other at once, of which one must win.
    /// </summary>
    private async Task ReportAsync(string agent, LeasedTask lease, Random chance, List<JournalLine> lines)
    {
        ReportVerb[] verbs = chance.Next(10) switch
        {
            < 3 => [Verb(chance)],
            < 7 when Verb(chance) is var verb => [verb, verb],
            _ => chance.Next(2) == 0 ? [ReportVerb.Complete, ReportVerb.Fail] : [ReportVerb.GiveBack, ReportVerb.Complete],
        };
        var first = chance.Next(SplitSilos.Sides);
        var replies = await Task.WhenAll(verbs.Select((verb, i) => AskAsync((first + i) % SplitSilos.Sides, async grains => Assert.Single(await grains.GetGrain<IAgentGrain>(agent).ReportAsync(
            [new() { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = verb, ErrorMessage = "split" }])), chance.Next())));
        var said = $"{lease.Task.Spec.Id}, attempt {lease.Attempt} of {agent}: {string.Join(", ", replies.Select((reply, i) => $"{verbs[i]} {reply.Error} {reply.Status}"))}";
        var accepted = replies.Count(reply => reply.Error == NexusError.None);
        if (replies.Any(reply => reply.Error is not (NexusError.None or NexusError.LeaseLost)) || accepted != (verbs.Distinct().Count() == 1 ? verbs.Length : 1)) { _wrong.Enqueue(said); }
        if (verbs.Distinct().Count() == 1 && replies.Select(reply => reply.Status).Distinct().Count() != 1) { _wrong.Enqueue(said); }
        for (var i = 0; i < verbs.Length; i++)
        {
            lines.Add(new()
            {
                Event = replies[i].Error == NexusError.None ? JournalEvents.Accepted : JournalEvents.Refused,
                Task = lease.Task.Spec.Id,
                Token = lease.Token,
                Outcome = verbs[i] switch { ReportVerb.Complete => "complete", ReportVerb.Fail => "fail", _ => "return" },
            });
        }
    }

    private static ReportVerb Verb(Random chance) => chance.Next(5) switch { 0 => ReportVerb.Fail, 1 => ReportVerb.GiveBack, _ => ReportVerb.Complete };

    /// <summary>Calls some tasks off, on both sides at once.</summary>
    private async Task CallOffAsync(Random chance, CancellationToken limit)
    {
        for (var i = 0; i < 2 && !limit.IsCancellationRequested; i++)
        {
            await Task.Delay(chance.Next(60), CancellationToken.None);
            var id = Ids[chance.Next(Tasks)];
            _calledOff[id] = true;
            var views = await Task.WhenAll(Enumerable.Range(0, SplitSilos.Sides).Select(side => AskAsync(side, grains => grains.GetGrain<ITaskGrain>(id).CancelAsync("split", children: false), chance.Next())));
            foreach (var view in views.SelectMany(some => some))
            {
                if (!view.CancelRequested && !view.Status.IsFinal()) { _wrong.Enqueue($"cancel of {id}: told that it is {view.Status}"); }
            }
        }
    }

    /// <summary>Takes those that have ended off the list.</summary>
    private async Task LookAsync(CancellationToken limit)
    {
        for (; !_open.IsEmpty && !limit.IsCancellationRequested; await Task.Delay(Pause, CancellationToken.None))
        {
            foreach (var id in _open.Keys) { if ((await silos.Ledger.FindTaskAsync(id, CancellationToken.None))!.IsFinal) { _open.TryRemove(id, out _); } }
        }
    }

    /// <summary>Asks one side; who gets no answer asks again, on any side.</summary>
    private async Task<T> AskAsync<T>(int side, Func<IGrainFactory, Task<T>> call, int chance)
    {
        var turns = new Random(chance);
        for (var tries = 1; ; tries++)
        {
            try { return await call(silos.Grains(side)); }
            catch (Exception failure) when (tries < TriesMax && failure is TimeoutException or OrleansException or NexusException { Error: NexusError.StorageUnavailable })
            {
                Interlocked.Increment(ref _repeats);
                side = turns.Next(SplitSilos.Sides);
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }
}
