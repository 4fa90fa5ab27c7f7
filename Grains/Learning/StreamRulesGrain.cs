using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Learning.Rules;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>One stream's rules: compares them with what comes, and induces beside its turns. All of its methods interleave; those that store take turns by <see cref="_turn"/>.</summary>
[GrainType("stream-rules")]
internal sealed class StreamRulesGrain(ILedger ledger, RuleInducing inducing, InductionBudget budget, IOptionsMonitor<RuleOptions> options, TimeProvider time, ILogger<StreamRulesGrain> log) : Grain, IStreamRulesGrain, IDisposable
{
    private const int CountedMax = 2_000;
    private static readonly TimeSpan AgainPeriod = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private RuleShelf? _shelf;
    private Task<RuleInduction>? _induction;
    private IGrainTimer? _again;

    private string Stream => this.GetPrimaryKeyString();

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        if (_induction is Task induction) { await induction.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext); }
    }

    public void Dispose()
    {
        _again?.Dispose();
        _stopping.Dispose();
        _turn.Dispose();
    }

    public async Task FollowAsync(CancellationToken cancellation)
    {
        try
        {
            if (!await InTurnAsync(CountAsync, cancellation) || _induction is { IsCompleted: false }) { return; }
            // Who follows does not wait for it; the grain does, before it goes.
            if (budget.MayBegin()) { Begin(); }
            else { _again ??= this.RegisterGrainTimer(TryAgainAsync, new() { DueTime = AgainPeriod, Period = AgainPeriod, Interleave = true }); }
        }
        catch (Exception failure) when (!QueueWriter.IsPassing(failure)) { LearningLog.RulesNotFollowed(log, failure, Stream); }
    }

    public Task<RuleInduction> InduceAsync(CancellationToken cancellation)
    {
        if (_induction is not { IsCompleted: false }) { Begin(); }
        return _induction!.WaitAsync(cancellation);
    }

    public async Task<int> ForgetAsync(string? word, CancellationToken cancellation)
    {
        // What is under way has read what is gone by now.
        if (_induction is Task induction) { await induction.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext); }
        var forgotten = await InTurnAsync(
            async (shelf, cancel) =>
            {
                var kept = word is null ? shelf.Rules : shelf.Rules.RemoveAll(rule => StoredRule.Names(rule, word));
                return (await shelf.StoreAsync(kept, null, time.GetUtcNow(), cancel), shelf.Rules.Length - kept.Length);
            },
            cancellation);
        if (_induction is not { IsCompleted: false }) { Begin(); }
        return forgotten;
    }

    public Task<AdaptationRule?> SetAsync(string id, bool? pinned, bool? disabled, CancellationToken cancellation) => InTurnAsync(
        async (shelf, cancel) =>
        {
            if (shelf.Rules.FirstOrDefault(rule => rule.Id == id) is not { } rule) { return (shelf, null); }
            var (pin, disable) = (pinned ?? rule.Life.Pinned, disabled ?? rule.Life.Disabled);
            if (pin && disable) { throw new NexusException(NexusError.Impossible, "a rule cannot be pinned and disabled at once; set the other to false", pinned == true ? "pinned" : "disabled"); }
            var changed = rule with { Life = rule.Life.Set(pin, disable) };
            return (await shelf.StoreAsync(shelf.Rules.Replace(rule, changed), null, time.GetUtcNow(), cancel), (AdaptationRule?)changed.View());
        },
        cancellation);

    public Task UseAsync(ImmutableArray<RuleUse> uses, CancellationToken cancellation) =>
        InTurnAsync(async (shelf, cancel) => (await shelf.StoreAsync(RuleBook.Used(shelf.Rules, uses), null, time.GetUtcNow(), cancel), true), cancellation);

    /// <summary>Takes in what came since; whether it is time to induce.</summary>
    private async Task<(RuleShelf Shelf, bool IsDue)> CountAsync(RuleShelf shelf, CancellationToken cancellation)
    {
        var (settings, now) = (options.CurrentValue, time.GetUtcNow());
        var schedule = new RuleSchedule(settings.InductionInterval, settings.ExperiencesMin);
        if (shelf.Induction is not { } induction)
        {
            var some = await ledger.ListExperiencesAsync(new() { Stream = Stream, Limit = settings.ExperiencesMin }, cancellation);
            return (shelf, schedule.IsDue(null, 0, some.Length, now));
        }
        var newer = await ExperienceWindow.NewerAsync(ledger, Stream, shelf.Rules.Where(RuleBook.Lives).Select(rule => rule.ThroughSeq).Append(induction.LookedSeq).Min(), CountedMax, cancellation);
        if (newer.Count > 0)
        {
            var roles = await RoleFacts.ReadAsync(ledger, Stream, cancellation);
            var rules = RuleBook.Counted(shelf.Rules, newer.ConvertAll(roles.Seen), settings.Bar);
            induction = induction with { Since = induction.Since + newer.Count(experience => experience.Seq > induction.LookedSeq), LookedSeq = Math.Max(induction.LookedSeq, newer[0].Seq) };
            shelf = await shelf.StoreAsync(rules, induction, now, cancellation);
        }
        return (shelf, schedule.IsDue(induction.InducedAt, induction.Experiences < settings.ExperiencesMax ? induction.Experiences : long.MaxValue, induction.Since, now));
    }

    private Task TryAgainAsync(CancellationToken cancellation)
    {
        if (!budget.MayBegin()) { return Task.CompletedTask; }
        _again?.Dispose();
        _again = null;
        return FollowAsync(cancellation);
    }

    // What fails is in the log, and is told to whoever waits for it.
    private void Begin() => (_induction = RunAsync(_stopping.Token)).Ignore();

    private async Task<RuleInduction> RunAsync(CancellationToken stopping)
    {
        var begun = InductionBudget.Begun();
        try { return await inducing.RunAsync(Stream, (induced, cancel) => InTurnAsync(async (shelf, token) => await inducing.TakeInAsync(shelf, induced, token), cancel), stopping); }
        finally { budget.Ended(begun); }
    }

    /// <summary>Does something with the shelf while nobody else does. Where another activation has changed it, it is read anew and tried once more.</summary>
    private async Task<T> InTurnAsync<T>(Func<RuleShelf, CancellationToken, Task<(RuleShelf Shelf, T Answer)>> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            for (var isRepeat = false; ; isRepeat = true)
            {
                var shelf = _shelf ?? await RuleShelf.ReadAsync(ledger, Stream, cancellation);
                _shelf = null;
                try
                {
                    (_shelf, var answer) = await work(shelf, cancellation);
                    return answer;
                }
                catch (NexusException conflict) when (conflict.Error == NexusError.WrongState && !isRepeat) { }
            }
        }
        finally { _turn.Release(); }
    }
}
