using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>Reads experiences from the ledger.</summary>
[StatelessWorker, GrainType("experiences")]
internal sealed class ExperienceCatalogGrain(ILedger ledger, Pseudonyms pseudonyms, TimeProvider time, IOptionsMonitor<LearningOptions> options) : Grain, IExperienceCatalogGrain
{
    private static readonly TimeSpan Recent = TimeSpan.FromHours(24);

    public Task<Experience?> GetAsync(string id, CancellationToken cancellation) => ledger.FindExperienceAsync(id, cancellation);

    public async Task<ExperiencePage> ListAsync(ExperienceFilter filter, CancellationToken cancellation)
    {
        if (filter.Limit is < 1 or > ExperienceLimits.PageMax)
        {
            throw new NexusException(NexusError.Invalid, $"limit must be from 1 to {ExperienceLimits.PageMax}", "limit");
        }

        if (filter.Subject is { } subject)
        {
            if (filter.Tag is not null) { throw new NexusException(NexusError.Invalid, "subject and tag cannot be given at once", "tag"); }
            filter = filter with { Subject = null, Tag = pseudonyms.TagOf(subject) };
        }

        // One more than asked for tells whether there is a next page.
        var found = await ledger.ListExperiencesAsync(filter with { Limit = filter.Limit + 1 }, cancellation);
        return found.Length <= filter.Limit ? new(found, 0) : new(found[..filter.Limit], found[filter.Limit - 1].Seq);
    }

    public async Task<LearningStatus> StatusAsync(CancellationToken cancellation)
    {
        var settings = options.CurrentValue;
        var trained = await ledger.TrainedStreamsAsync(cancellation);
        return new()
        {
            Experiences = await ledger.CountExperiencesAsync(time.GetUtcNow() - Recent, cancellation),
            RegressionModels = trained.Sum(stream => stream.Targets.Count(target => target.Objective == ModelObjective.Number)),
            ClassificationModels = trained.Sum(stream => stream.Targets.Count(target => target.Objective == ModelObjective.Success)),
            AdaptationRules = (await RuleShelf.AllAsync(ledger, cancellation)).Count(rule => rule.View().InForce),
            LastTraining = trained.IsEmpty ? null : trained.Max(stream => stream.TrainedAt),
            LearningRate = settings.LearningRate,
            AdaptationThreshold = settings.AdaptationThreshold,
        };
    }
}
