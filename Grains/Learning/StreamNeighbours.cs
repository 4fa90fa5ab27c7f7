using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Learning.Neighbours;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>What the search for similar experiences works with in a silo.</summary>
internal sealed record NeighbourTools(ILedger Ledger, Pseudonyms Pseudonyms, LearningCompute Compute, IOptionsMonitor<NeighbourOptions> Options, LearningMetrics Metrics, TimeProvider Time, ILogger<StreamNeighbours> Log);

/// <summary>One stream's similar experiences: follows the stream and answers. For one grain's scheduler only; its methods may interleave: what follows takes turns by <see cref="_turn"/>.</summary>
/// <param name="stream">Its name.</param>
/// <param name="tools">What it works with.</param>
internal sealed class StreamNeighbours(string stream, NeighbourTools tools) : IDisposable
{
    /// <summary>Numbers of all points up to which a search takes some milliseconds and is made where it is asked for.</summary>
    private const int NumbersMax = 8_000_000;

    /// <summary>A stream that is made anew within some tens of milliseconds: who asks waits for it.</summary>
    private const int SmallMax = 1_000;

    /// <summary>Searches that find erased experiences, after which all are read anew.</summary>
    private const int GoneMax = 3;

    private static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private NeighbourMemory? _memory;
    private Task _making = Task.CompletedTask;
    private DateTimeOffset _retry = DateTimeOffset.MinValue;

    /// <summary>Finds the experiences that are most like a situation.</summary>
    public async Task<NeighbourReport> FindAsync(NeighbourRequest request, CancellationToken cancellation)
    {
        if (request.Count is < 1 or > NeighbourLimits.CountMax) { throw new NexusException(NexusError.Invalid, $"must be from 1 to {NeighbourLimits.CountMax}", "count"); }
        var started = tools.Time.GetTimestamp();
        var situation = Read(new() { Id = "", Stream = stream, Timestamp = request.At ?? tools.Time.GetUtcNow(), Success = false, ContextJson = request.ContextJson, ActionJson = request.ActionJson ?? "{}" });
        for (var round = 0; ; round++)
        {
            var memory = await FollowAsync(cancellation);
            var asked = memory.Row(situation);
            var query = memory.Space.Query(asked, withAction: request.ActionJson is not null);
            var nearest = await NearestAsync(memory, query, request.Count, cancellation);
            var found = await Task.WhenAll(nearest.Select(neighbour => ReadAsync(neighbour.Seq, cancellation)));
            // What was erased since is forgotten here too; where it was much, all is read anew.
            var gone = nearest.Where((_, i) => found[i] is null).ToArray();
            foreach (var neighbour in gone) { memory.Index.Remove(neighbour.Seq); }
            if (gone.Length > 0)
            {
                if (round >= GoneMax) { _memory = null; }
                continue;
            }
            var experiences = found.OfType<Experience>().ToArray();
            tools.Metrics.Compared(tools.Time.GetElapsedTime(started));
            return new()
            {
                Nearest = [.. experiences.Select((experience, i) => new SimilarExperience(experience, query.Distance(nearest[i].Square), NeighbourSummary.Differences(memory.Space, query, asked, memory.Row(experience))))],
                Success = NeighbourSummary.Success(experiences),
                Numbers = NeighbourSummary.Numbers(experiences),
                Compared = memory.Index.Count,
                BaseRate = memory.Index.Count == 0 ? 0 : (double)memory.Index.Successes / memory.Index.Count,
                Features = query.Compared.Length,
                Unknown = memory.Unknown(situation, asked),
                FeaturesLeftOut = memory.Space.LeftOut,
                Truncated = memory.Truncated,
            };
        }
    }

    /// <summary>Ends what is under way.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _making.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _turn.Dispose();
    }

    private Experience Read(Experience situation)
    {
        try
        {
            using var context = JsonDocument.Parse(situation.ContextJson);
            using var action = JsonDocument.Parse(situation.ActionJson);
            return tools.Pseudonyms.Of(situation);
        }
        catch (JsonException fault) { throw new NexusException(NexusError.Invalid, $"context or action_taken is not valid JSON: {fault.Message}", "context"); }
    }

    private Task<ImmutableArray<Neighbour>> NearestAsync(NeighbourMemory memory, SimilarityQuery query, int count, CancellationToken cancellation) =>
        (long)memory.Index.Count * query.Compared.Length <= NumbersMax
            ? Task.FromResult(memory.Index.Nearest(query, count, cancellation))
            : tools.Compute.RunAsync(cancel => memory.Index.Nearest(query, count, cancel), cancellation);

    /// <summary>The experience at a position; null where there is none any more.</summary>
    private async Task<Experience?> ReadAsync(long seq, CancellationToken cancellation) =>
        await tools.Ledger.ListExperiencesAsync(new() { Stream = stream, BeforeSeq = seq + 1, Limit = 1 }, cancellation) is [var experience] && experience.Seq == seq ? experience : null;

    /// <summary>What is known of the stream, up to date.</summary>
    private async Task<NeighbourMemory> FollowAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var now = tools.Time.GetUtcNow();
            if (_memory is { } known && !await known.FollowAsync(tools.Ledger, stream, now, cancellation)) { _memory = null; }
            // Whoever begins it need not wait for it; the grain does, before it goes.
            if (_making.IsCompleted && (_memory is null || (_memory.IsOutgrown && now >= _retry))) { (_making = MakeAsync(_stopping.Token)).Ignore(); }
            if (_memory is null || (_memory.IsOutgrown && _memory.Made < SmallMax)) { await _making.WaitAsync(cancellation); }
            return _memory ?? throw new InvalidOperationException("a stream that was read is known");
        }
        finally { _turn.Release(); }
    }

    private async Task MakeAsync(CancellationToken stopping)
    {
        try
        {
            var begun = tools.Time.GetUtcNow();
            _memory = await NeighbourMemory.ReadAsync(tools.Ledger, tools.Compute, stream, tools.Options.CurrentValue, begun, stopping);
        }
        catch (Exception failure) when (_memory is not null && !stopping.IsCancellationRequested)
        {
            // Answers go on with what was learned before.
            _retry = tools.Time.GetUtcNow() + RetryPause;
            LearningLog.NeighboursNotRead(tools.Log, failure, stream);
        }
    }
}
