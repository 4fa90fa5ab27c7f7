using System.Collections.Immutable;
using NexusActors.Crash;
using NexusActors.CrashAgent;
using NexusActors.Samples.Agent;

namespace NexusActors.Chaos.Load;

/// <summary>All callers together: submitters, readers, agents, and those that report late.</summary>
internal sealed class Workforce : IDisposable
{
    private const int LateAgents = 3, Readers = 4, Pulses = 12, CrowdMax = 1500, AgentBatch = 20, QueuesPerAgent = 6;
    private const double HangChance = 0.004;
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(1);
    private static readonly string[] s_acknowledged = [$"\"event\":\"{JournalEvents.Leased}\"", $"\"event\":\"{JournalEvents.Accepted}\""];
    private readonly CancellationTokenSource _stopSubmits = new(), _abortSubmits = new(), _stop = new();
    private readonly List<Caller> _callers = [];
    private readonly List<Submitter> _submitters = [];
    private readonly List<Reader> _readers = [];
    private readonly List<Pulse> _pulses = [];
    private readonly List<CrewMember> _crew = [];
    private readonly List<(LateAgent Agent, string Id, Journal Journal)> _late = [];
    private readonly ChaosSettings _settings;
    private readonly GatewayPool _gateways;
    private readonly Notebook _notebook;
    private readonly string _folder;
    private readonly TimeSpan _leaseTime;
    private readonly Caller _watcher;
    private Task[] _submits = [], _others = [];
    private volatile bool _crowded;

    public Workforce(ChaosSettings settings, GatewayPool gateways, Notebook notebook, string folder, TimeSpan leaseTime)
    {
        (_settings, _gateways, _notebook, _folder, _leaseTime) = (settings, gateways, notebook, folder, leaseTime);
        Queues = [.. Enumerable.Range(0, settings.Queues).Select(i => $"key-{i:D2}")];
        foreach (var (queue, i) in Queues.Select((queue, i) => (queue, i)))
        {
            _submitters.Add(new(queue, NewCaller(KeyKind.Queue, queue, i), Book, notebook, NewChance("submit", i), $"chaos-{settings.Seed}-{i}"));
        }
        for (var i = 0; i < Readers; i++) { _readers.Add(new(NewCaller(KeyKind.Read, $"reader-{i}", i), Book, notebook, NewChance("read", i))); }
        for (var i = 0; i < Pulses; i++) { _pulses.Add(new($"pulse-{i}", NewCaller(KeyKind.Agent, $"pulse-{i}", i), notebook, NewChance("pulse", i))); }
        for (var i = 0; i < settings.Agents; i++)
        {
            var agent = Agent($"agent-{i}", i, crashChance: 0);
            _crew.Add(new(agent, new Front(gateways, i, notebook.Of(KeyKind.Work, agent.Id), notebook), notebook));
        }
        for (var i = 0; i < LateAgents; i++)
        {
            var agent = Agent($"late-{i}", i * QueuesPerAgent, crashChance: 0);
            var journal = new Journal(agent.Journal, TimeProvider.System);
            _late.Add((new(agent.Registration, NewCaller(KeyKind.Work, agent.Id, i), journal, notebook, leaseTime), agent.Id, journal));
        }
        _watcher = NewCaller(KeyKind.Work, "watcher", 0);
    }

    public TaskBook Book { get; } = new();

    public ImmutableArray<string> Queues { get; }

    /// <summary>Whether so much is to do that batches wait.</summary>
    public bool IsCrowded => _crowded;

    public int LateRefused => _late.Sum(late => late.Agent.Refused);

    /// <summary>Settings of an agent that takes work from some of the queues.</summary>
    public CrashSettings Agent(string id, int first, double crashChance) => new()
    {
        Coordinator = _gateways.Addresses[first % _gateways.Addresses.Length],
        Id = id,
        Capabilities = TaskBook.Types,
        Queues = [.. Enumerable.Range(0, Math.Min(QueuesPerAgent, Queues.Length)).Select(i => Queues[((first * QueuesPerAgent / 2) + i) % Queues.Length])],
        Journal = Path.Combine(_folder, $"{id}.journal"),
        Seed = NewSeed(id),
        Batch = AgentBatch,
        LeaseTime = _leaseTime,
        CrashChance = crashChance,
        HangChance = HangChance,
    };

    /// <summary>A caller with a record of its own.</summary>
    public Caller NewCaller(KeyKind kind, string key, int home)
    {
        var caller = new Caller(_gateways, home, _notebook.Of(kind, key), _notebook, NewChance(key, home));
        _callers.Add(caller);
        return caller;
    }

    /// <summary>Makes the queues and sets everybody to work.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var queue in Queues)
        {
            var made = await _watcher.SendAsync(HttpMethod.Put, $"queues/{queue}", "{}", null, cancellation);
            if (!made.IsSuccess) { throw new InvalidOperationException($"queue {queue}: {(int)made.Status} {made.Text}"); }
        }
        _submits = [.. _submitters.Select(submitter => Task.Run(() => submitter.RunAsync(() => _crowded, _stopSubmits.Token, _abortSubmits.Token), CancellationToken.None))];
        _others =
        [
            .. _readers.Select(reader => Task.Run(() => reader.RunAsync(_stop.Token), CancellationToken.None)),
            .. _pulses.Select(pulse => Task.Run(() => pulse.RunAsync(_stop.Token), CancellationToken.None)),
            .. _crew.Select(member => Task.Run(() => member.RunAsync(_stop.Token), CancellationToken.None)),
            .. _late.Select(late => Task.Run(() => late.Agent.RunAsync(_stop.Token), CancellationToken.None)),
            Task.Run(WatchAsync, CancellationToken.None),
        ];
    }

    /// <summary>No new tasks; waits until everything that was sent is answered and everything has ended.</summary>
    /// <returns>How many tasks have not ended in time.</returns>
    public async Task<int> FinishAsync(TimeSpan patience)
    {
        await _stopSubmits.CancelAsync();
        _abortSubmits.CancelAfter(patience);
        try { await Task.WhenAll(_submits); }
        catch (OperationCanceledException) { _notebook.Odd("submits were not answered before the end"); }
        using var limit = new CancellationTokenSource(patience);
        var left = int.MaxValue;
        try
        {
            for (; (left = await OpenAsync(limit.Token)) > 0; await Task.Delay(WatchPeriod, limit.Token)) { }
        }
        catch (OperationCanceledException)
        {
            // The ledger tells which.
        }
        return left;
    }

    /// <summary>Sends everybody home.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_others);
        foreach (var (_, _, journal) in _late) { journal.Dispose(); }
    }

    /// <summary>Tasks, leases and reports that were acknowledged so far.</summary>
    public long Acknowledged => Book.Count + Directory.GetFiles(_folder, "*.journal").Sum(path => File.ReadLines(path).LongCount(line => s_acknowledged.Any(mark => line.Contains(mark, StringComparison.Ordinal))));

    /// <summary>What every agent has written down.</summary>
    public ImmutableArray<AgentRecord> Journals() =>
        [.. Directory.GetFiles(_folder, "*.journal").Order(StringComparer.Ordinal).Select(path => new AgentRecord(Path.GetFileNameWithoutExtension(path), [.. Journal.Read(path)]))];

    public void Dispose()
    {
        foreach (var caller in _callers) { caller.Dispose(); }
        foreach (var source in new[] { _stopSubmits, _abortSubmits, _stop }) { source.Dispose(); }
    }

    private Random NewChance(string what, int which) => new(NewSeed($"{what} {which}"));

    // The same in every run with that seed, unlike hash codes of .NET.
    private int NewSeed(string what) => what.Aggregate(_settings.Seed, (seed, letter) => unchecked((seed * 31) + letter));

    private async Task<int> OpenAsync(CancellationToken cancellation)
    {
        var status = (await _watcher.GetAsync("coordination/status", cancellation)).Json;
        int Of(string name) => status.GetProperty(name).GetInt32();
        return Of("total_tasks") - Of("completed_tasks") - Of("failed_tasks") - Of("cancelled_tasks");
    }

    private async Task WatchAsync()
    {
        try
        {
            for (; ; await Task.Delay(WatchPeriod, _stop.Token)) { _crowded = await OpenAsync(_stop.Token) > CrowdMax; }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }
}
