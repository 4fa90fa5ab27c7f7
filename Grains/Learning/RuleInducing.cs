using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Learning.Rules;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Rules that were found in a stream, and what they were found in.</summary>
/// <param name="Stream">Its name.</param>
/// <param name="Rules">The rules.</param>
/// <param name="Experiences">Newest first.</param>
internal sealed record InducedRules(string Stream, ImmutableArray<InducedRule> Rules, IReadOnlyList<Experience> Experiences);

/// <summary>Induces the rules of streams, beside the turns of their grains.</summary>
internal sealed class RuleInducing(ILedger ledger, LearningCompute compute, IOptionsMonitor<RuleOptions> options, TimeProvider time, ILogger<RuleInducing> log)
{
    /// <summary>Induces from the newest experiences of a stream.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="takeIn">Puts what was found among the rules that are known; how many were not.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task<RuleInduction> RunAsync(string stream, Func<InducedRules, CancellationToken, Task<int>> takeIn, CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        try
        {
            var settings = options.CurrentValue;
            var induced = await compute.RunBehindAsync(
                cancel => ReadAsync(stream, LearningCompute.RowsThatFit(settings.ExperiencesMax), cancel),
                (read, token) => new InducedRules(stream, read.Count < settings.ExperiencesMin ? [] : ExperienceRuleInducer.Induce([.. read.Reverse()], settings.Induction, token), read),
                stopping);
            var (found, experiences) = (induced.Rules.Length, induced.Experiences.Count);
            if (experiences < settings.ExperiencesMin) { return new(experiences, 0, 0, $"Too little data: stream '{stream}' has {experiences} experiences, at least {settings.ExperiencesMin} are needed."); }
            var added = await takeIn(induced, stopping);
            LearningLog.RulesInduced(log, stream, experiences, found, added, time.GetElapsedTime(started).TotalSeconds);
            return new(experiences, found, added, $"{found} rules were found in {experiences} experiences; {added} of them are new.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LearningLog.RuleInductionFailed(log, failure, stream);
            throw;
        }
    }

    /// <summary>Stores what was found with the rules that are known; how many were not.</summary>
    public async Task<(RuleShelf Shelf, int Added)> TakeInAsync(RuleShelf shelf, InducedRules induced, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var rules = RuleBook.Induced(shelf.Rules, induced.Rules, induced.Experiences, induced.Stream, now);
        var looked = Math.Max(shelf.Induction?.LookedSeq ?? 0, induced.Experiences.Max(experience => experience.Seq));
        var added = rules.Count(rule => rule.CreatedAt == now && !shelf.Rules.Contains(rule));
        return (await shelf.StoreAsync(rules, new() { InducedAt = now, Experiences = induced.Experiences.Count, Since = 0, LookedSeq = looked }, now, cancellation), added);
    }

    private async Task<IReadOnlyList<Experience>> ReadAsync(string stream, int max, CancellationToken cancellation)
    {
        var roles = await RoleFacts.ReadAsync(ledger, stream, cancellation);
        return (await ExperienceWindow.ReadAsync(ledger, new() { Stream = stream }, max, roles.Seen, cancellation)).Experiences;
    }
}
