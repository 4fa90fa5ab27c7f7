using Orleans.Runtime.Services;
using Orleans.Services;

namespace NexusActors.Clustering;

/// <summary>What every silo tells its peers, without any directory or storage in between.</summary>
[Alias("nexus.IWitnessService")]
internal interface IWitnessService : IGrainService
{
    /// <summary>Whether the database answered this silo a moment ago.</summary>
    [Alias("HasDatabase")] Task<bool> HasDatabaseAsync();
}

/// <summary>Answers for this silo.</summary>
internal sealed class WitnessService(GrainId id, Silo silo, ILoggerFactory logs, DatabaseWatchdog watchdog) : GrainService(id, silo, logs), IWitnessService
{
    /// <inheritdoc/>
    public Task<bool> HasDatabaseAsync() => Task.FromResult(watchdog.HasDatabase);
}

/// <summary>Asks all other silos that the cluster counts as active.</summary>
internal sealed class Witnesses(IServiceProvider services, IClusterMembershipService membership, ILocalSiloDetails self, TimeProvider time) : GrainServiceClient<IWitnessService>(services)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>What they say, within a second. Membership is what this silo last knew: it needs no database.</summary>
    public async Task<Witness> AskAsync()
    {
        var peers = membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(self.SiloAddress)).ToArray();
        if (peers.Length == 0) { return Witness.Alone; }
        var answers = await Task.WhenAll(peers.Select(peer => AskAsync(peer.SiloAddress)));
        return answers.Contains(true) ? Witness.HasIt : answers.Contains(false) ? Witness.LostToo : Witness.Silent;
    }

    private async Task<bool?> AskAsync(SiloAddress peer)
    {
        var question = GetGrainService(peer).HasDatabaseAsync();
        question.Ignore();
        try { return await question.WaitAsync(Patience, time); }
        catch (Exception silent) when (silent is TimeoutException or OrleansException or OperationCanceledException) { return null; }
    }
}
