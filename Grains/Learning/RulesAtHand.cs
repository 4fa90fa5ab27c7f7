using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Coordination;
using NexusActors.Learning.Privacy;
using NexusActors.Learning.Rules;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>The rules in force, at hand in each silo: it reads them from the facts now and then, so that who chooses waits for nobody. What came into force or left it is known here within <see cref="LearningOptions.FollowPeriod"/>.</summary>
internal sealed class RulesAtHand(ILedger ledger, Pseudonyms pseudonyms, RuleUsage usage, IOptionsMonitor<LearningOptions> options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<RulesAtHand> log) : BackgroundService, ITaskRules
{
    private static readonly string[] AgentMember = ["action_taken", "agent_id"];

    private readonly Dictionary<string, (long Seq, int Version, RuleRecord Rule)> _known = new(StringComparer.Ordinal);
    private volatile FrozenDictionary<string, RulesInForce> _streams = FrozenDictionary<string, RulesInForce>.Empty;
    private volatile Func<Experience, Experience> _seen = experience => experience;
    private volatile FrozenSet<TaskType> _types = FrozenSet<TaskType>.Empty;

    /// <summary>Those of a stream.</summary>
    public RulesInForce Of(string stream) => _streams.GetValueOrDefault(stream) ?? RulesInForce.Nothing;

    /// <summary>What rules can ask of a situation: as its stream's experiences are stored, and as learners see them.</summary>
    public ExperienceValues Values(Experience situation) => ExperienceValues.Of(_seen(pseudonyms.Of(situation)));

    /// <inheritdoc/>
    public bool Know(TaskType type) => _types.Contains(type);

    /// <inheritdoc/>
    public SituationRules? Of(TaskView waiting, DateTimeOffset now) =>
        SituationRules.Of(Of(TaskExperience.StreamOf(waiting.Spec.Type)), Values(TaskExperience.Situation(waiting, now)), agent => pseudonyms.Member(AgentMember, agent));

    /// <inheritdoc/>
    public void Used(TaskType type, ImmutableArray<RuleStatement> rules, DateTimeOffset at) => usage.Count(TaskExperience.StreamOf(type), rules, at);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.HasStartedAsync(stoppingToken)) { return; }
        using var timer = new PeriodicTimer(options.CurrentValue.FollowPeriod, time);
        do
        {
            try { await ReadAsync(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception exception) when (QueueWriter.IsPassing(exception)) { LearningLog.RulesNotRead(log, exception); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        _seen = await RoleFacts.SeenAsync(ledger, null, cancellation);
        var documents = await ledger.AllDocumentsAsync(StoredRule.Kind, cancellation).ToArrayAsync(cancellation);
        var changed = documents.Where(document => _known.GetValueOrDefault(document.Id) is var known && (known.Seq, known.Version) != (document.Seq, document.Version)).ToArray();
        var gone = _known.Keys.Except(documents.Select(document => document.Id), StringComparer.Ordinal).ToArray();
        if (changed.Length == 0 && gone.Length == 0) { return; }
        foreach (var id in gone) { _known.Remove(id); }
        foreach (var document in changed) { _known[document.Id] = (document.Seq, document.Version, StoredRule.Read(document)); }
        _streams = _known.Values.Select(known => known.Rule).Where(rule => rule.Life.InForce).GroupBy(rule => rule.Stream, StringComparer.Ordinal).ToFrozenDictionary(stream => stream.Key, RulesInForce.Of, StringComparer.Ordinal);
        _types = Enum.GetValues<TaskType>().Where(type => Of(TaskExperience.StreamOf(type)).All.Any(SituationRules.IsOfSituation)).ToFrozenSet();
    }
}
