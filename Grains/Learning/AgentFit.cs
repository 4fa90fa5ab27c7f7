using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Coordination;
using NexusActors.Learning.Fit;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>
/// What the experiences of finished tasks say of agents, at hand in each silo: it follows the streams of tasks from facts alone, and begins after a start with the newest of each. Estimates are kept until something new
/// is learned.
/// </summary>
internal sealed class AgentFit(ILedger ledger, LearningCompute compute, Pseudonyms pseudonyms, IOptionsMonitor<LearningOptions> options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<AgentFit> log) : BackgroundService, IAgentFit
{
    private const int FirstMax = 5_000, LookMax = 500;

    private static readonly string[] AgentMember = ["action_taken", "agent_id"];

    private readonly Lock _lock = new();
    private FitTable _table = new(options.CurrentValue.FitHalfLife);
    private readonly Dictionary<string, (ExperienceTail Tail, long Newest)> _streams = new(StringComparer.Ordinal);
    private readonly List<FitExample> _unlearned = [];
    private readonly Dictionary<string, AgentType> _types = new(StringComparer.Ordinal);
    private string? _erasure;
    private ConcurrentDictionary<(string Agent, AgentType Kind, TaskType Task), FitExpectation?> _expected = new();

    /// <inheritdoc/>
    public FitExpectation? Expect(string agent, AgentType kind, TaskType task) => _expected.GetOrAdd((agent, kind, task), static (key, self) => self.Compute(key.Agent, key.Kind, key.Task), this);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.HasStartedAsync(stoppingToken)) { return; }
        using var timer = new PeriodicTimer(options.CurrentValue.FollowPeriod, time);
        do
        {
            try { await FollowAsync(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception exception) when (QueueWriter.IsPassing(exception)) { LearningLog.KeeperFailed(log, exception); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private FitExpectation? Compute(string agent, AgentType kind, TaskType task)
    {
        lock (_lock) { return _table.Expect(NameOf(agent), kind, task, time.GetUtcNow()) is { Level: not FitLevel.All } fit ? fit : null; }
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        var erasure = await ledger.FindSettingAsync(ErasureFacts.LastSetting, cancellation);
        if (erasure != _erasure) { Forget(); }
        _erasure = erasure;
        // Of more than can be taken in between two looks only the newest.
        foreach (var (stream, newest) in await ledger.ExperienceStreamsAsync(cancellation))
        {
            if (!stream.StartsWith(FitExamples.StreamPrefix, StringComparison.Ordinal)) { continue; }
            var (tail, known) = _streams.GetValueOrDefault(stream, (new(), 0));
            if (known == newest) { continue; }
            // Whole experiences of one stream at a time.
            await compute.ReadMuchAsync(cancel => TakeAsync(stream, tail, known == 0 ? LearningCompute.RowsThatFit(FirstMax) : LookMax, cancel), cancellation);
            _streams[stream] = (tail, newest);
        }
        if (_unlearned.Count == 0) { return; }
        lock (_lock)
        {
            foreach (var example in _unlearned.OrderBy(example => example.At)) { _table.Add(example); }
            _table.Learn(time.GetUtcNow());
            _expected = new();
        }
        _unlearned.Clear();
    }

    private async Task TakeAsync(string stream, ExperienceTail tail, int max, CancellationToken cancellation)
    {
        var unseen = await ExperienceWindow.UnseenAsync(ledger, stream, tail, max, time.GetUtcNow(), cancellation);
        try { _unlearned.AddRange(await ExamplesAsync(unseen, cancellation)); }
        catch
        {
            // They count as seen by now: everything is read anew.
            Forget();
            throw;
        }
    }

    // Who did what was done is registered by then.
    private async Task<List<FitExample>> ExamplesAsync(List<Experience> experiences, CancellationToken cancellation)
    {
        var isSomebodyNew = false;
        var examples = Examples();
        if (!isSomebodyNew) { return examples; }
        await LearnTypesAsync(cancellation);
        return Examples();

        List<FitExample> Examples() => [.. experiences.SelectMany(experience => FitExamples.Of(experience, TypeOf))];

        AgentType? TypeOf(string agent)
        {
            if (_types.TryGetValue(agent, out var type)) { return type; }
            isSomebodyNew = true;
            return null;
        }
    }

    // What was learned from experiences that are gone goes with them.
    private void Forget()
    {
        _unlearned.Clear();
        _streams.Clear();
        lock (_lock) { (_table, _expected) = (new(options.CurrentValue.FitHalfLife), new()); }
    }

    // As experiences name it.
    private string NameOf(string agent) => pseudonyms.Member(AgentMember, agent);

    private async Task LearnTypesAsync(CancellationToken cancellation)
    {
        foreach (var agent in await ledger.AgentsAsync(cancellation)) { _types[NameOf(agent.Profile.Id)] = agent.Profile.Type; }
    }
}
