using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Appends to one stream: check each, commit the good ones together, answer for each.</summary>
[GrainType("experience-stream")]
internal sealed class ExperienceStreamGrain(ILedger ledger, Pseudonyms pseudonyms, LearningMetrics metrics, TimeProvider time) : Grain, IExperienceStreamGrain
{
    public async Task<ImmutableArray<AppendReply>> AppendAsync(ImmutableArray<Experience> experiences, CancellationToken cancellation)
    {
        if (experiences.Length > ExperienceLimits.BatchMax)
        {
            throw new NexusException(NexusError.Invalid, $"{experiences.Length} experiences in one call; at most {ExperienceLimits.BatchMax} are allowed");
        }

        var (stream, now) = (this.GetPrimaryKeyString(), time.GetUtcNow());
        var faults = experiences.Select(experience => ExperienceRules.Fault(experience, stream)).ToArray();
        var entries = experiences.Where((_, i) => faults[i] is null).Select(experience => ExperienceEvents.Entry(pseudonyms.Of(experience), now)).ToImmutableArray();
        var results = entries.IsEmpty ? [] : await ledger.CommitAsync(entries, cancellation);

        var replies = ImmutableArray.CreateBuilder<AppendReply>(experiences.Length);
        var next = 0;
        for (var i = 0; i < experiences.Length; i++)
        {
            var id = experiences[i].Id;
            var reply = faults[i] is { } fault
                ? new AppendReply(id, NexusError.Invalid, $"{fault.Field} {fault.Message}", fault.Field, 0)
                : Reply(id, results[next++]);
            metrics.Appended(reply.Error);
            replies.Add(reply);
        }

        return replies.MoveToImmutable();
    }

    private static AppendReply Reply(string id, CommitResult result) => result.Outcome switch
    {
        CommitOutcome.Done => new(id, NexusError.None, null, null, result.Seq),
        CommitOutcome.Exists => new(id, NexusError.AlreadyExists, $"experience '{id}' exists already", "id", 0),
        var other => throw new InvalidOperationException($"the ledger answered {other} to a new experience"),
    };
}
