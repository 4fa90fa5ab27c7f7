using System.Collections.Immutable;
using System.Text;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>
/// Removes what an erasure means, in steps that may each be repeated: first the experiences, portion by portion, then the documents that hold the subject; last, all that have learned from what is gone are told to forget it.
/// </summary>
internal sealed class Eraser(ILedger ledger, ILedgerRetention removal, IGrainFactory grains)
{
    private const int PortionMax = 500;

    /// <summary>Does all of it.</summary>
    /// <param name="erasure">How it stands.</param>
    /// <param name="store">Stores how it stands by now, before streams are touched that were not before, and after each portion.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>How it stands at the end, without the time of its end.</returns>
    public async Task<Erasure> RunAsync(Erasure erasure, Func<Erasure, Task> store, CancellationToken cancellation)
    {
        var filter = new ExperienceFilter { Tag = erasure.Subject is { } subject ? Pseudonyms.TagPrefix + subject : erasure.Tag, Stream = erasure.Stream, Before = erasure.Before, BeforeSeq = erasure.ThroughSeq + 1, Limit = PortionMax };
        while (true)
        {
            var found = erasure.ExperienceId is { } id ? await FindAsync(id, cancellation) : await ledger.ListExperiencesAsync(filter, cancellation);
            if (found.IsEmpty) { break; }
            erasure = await WithStreamsAsync(erasure, found.Select(experience => experience.Stream), store);
            erasure = erasure with { Experiences = erasure.Experiences + await removal.EraseAsync([.. found.Select(experience => experience.Seq)], cancellation) };
            await store(erasure);
        }
        if (erasure.Subject is { } word) { erasure = await EraseDocumentsAsync(erasure, word, store, cancellation); }
        var rules = 0;
        foreach (var stream in erasure.Streams)
        {
            await grains.GetGrain<IStreamLearnerGrain>(stream).ForgetAsync(ErasureFacts.Cause, cancellation);
            rules += await grains.GetGrain<IStreamRulesGrain>(stream).ForgetAsync(erasure.Subject, cancellation);
        }
        return erasure with { Rules = erasure.Rules + rules };
    }

    private async Task<ImmutableArray<Experience>> FindAsync(string id, CancellationToken cancellation) => await ledger.FindExperienceAsync(id, cancellation) is { } experience ? [experience] : [];

    private async Task<Erasure> EraseDocumentsAsync(Erasure erasure, string word, Func<Erasure, Task> store, CancellationToken cancellation)
    {
        await foreach (var document in HoldingAsync(DecisionFacts.Kind, word, cancellation))
        {
            if (await grains.GetGrain<IDecisionGrain>(document.Id).EraseAsync(cancellation)) { erasure = erasure with { Decisions = erasure.Decisions + 1 }; }
        }
        await store(erasure);
        await foreach (var policy in ledger.AllDocumentsAsync(DecisionFacts.PolicyKind, cancellation))
        {
            await foreach (var outcome in HoldingAsync(DecisionFacts.PolicyOutcomeKind(policy.Id), word, cancellation)) { await ledger.CommitAsync([new() { Change = new DocumentDelete(outcome.Kind, outcome.Id, outcome.Version) }], cancellation); }
            await grains.GetGrain<IDecisionPolicyGrain>(policy.Id).ForgetAsync(cancellation);
        }
        var streams = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var rule in HoldingAsync(StoredRule.Kind, word, cancellation)) { streams.Add(StoredRule.Read(rule).Stream); }
        return await WithStreamsAsync(erasure, streams, store);
    }

    private static async Task<Erasure> WithStreamsAsync(Erasure erasure, IEnumerable<string> streams, Func<Erasure, Task> store)
    {
        ImmutableArray<string> all = [.. erasure.Streams.Union(streams, StringComparer.Ordinal)];
        if (all.Length == erasure.Streams.Length) { return erasure; }
        erasure = erasure with { Streams = all };
        await store(erasure);
        return erasure;
    }

    // Pseudonyms are letters, digits, - and _: they stand in JSON as they are.
    private IAsyncEnumerable<Document> HoldingAsync(string kind, string word, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(word);
        return ledger.AllDocumentsAsync(kind, cancellation).Where(document => document.Body.AsSpan().IndexOf(bytes) >= 0);
    }
}
