using System.Collections.Immutable;
using NexusActors.Learning.Features;
using NexusActors.Learning.Neighbours;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>The newest experiences of a stream as they are compared: what makes them alike, learned from the newest of them, and all of them as points. One thread adds and removes.</summary>
internal sealed class NeighbourMemory
{
    /// <summary>Newest experiences that say what makes two alike.</summary>
    private const int SampleMax = 20_000;

    /// <summary>Positions among which late commits may still appear.</summary>
    private const int UnsettledMax = 5_000;

    private const int LookMax = 2_000, ChunkSize = 100;
    private static readonly TimeSpan LatePeriod = TimeSpan.FromSeconds(1);

    private readonly ExperienceEncoder _encoder;
    private readonly HashSet<string> _paths;
    private readonly ExperienceTail _tail = new();
    private readonly NeighbourBasis _basis;
    private readonly Func<Experience, Experience> _seen;
    private DateTimeOffset _looked, _changed;
    private long _newest;
    private int _added;

    private NeighbourMemory(ExperienceEncoder encoder, SimilaritySpace space, int rowsMax, NeighbourBasis basis, Func<Experience, Experience> seen)
    {
        (_encoder, Space, Index, _basis, _seen) = (encoder, space, new(space.Axes.Length, rowsMax), basis, seen);
        _paths = [.. encoder.Schema.Fields.Select(field => field.Path)];
    }

    /// <summary>What makes two alike.</summary>
    public SimilaritySpace Space { get; }

    /// <summary>The experiences.</summary>
    public NeighbourIndex Index { get; }

    /// <summary>Experiences that it was made from.</summary>
    public int Made { get; private set; }

    /// <summary>Older ones are left out.</summary>
    public bool Truncated { get; private set; }

    /// <summary>So much came since that what makes two alike is to be learned anew.</summary>
    public bool IsOutgrown => _added > Made / 2;

    /// <summary>Reads a stream.</summary>
    public static async Task<NeighbourMemory> ReadAsync(ILedger facts, LearningCompute compute, string stream, NeighbourOptions options, DateTimeOffset begun, CancellationToken cancellation)
    {
        var filter = new ExperienceFilter { Stream = stream };
        var basis = await NeighbourBasis.ReadAsync(facts, stream, cancellation);
        var seen = await RoleFacts.SeenAsync(facts, stream, cancellation);
        var portionMax = LearningCompute.RowsThatFit(SampleMax);
        var window = await ExperienceWindow.ReadAsync(facts, filter, Math.Min(portionMax, options.ExperiencesMax), seen, cancellation);
        var (encoder, space) = await compute.RunAsync(cancel => Learn(stream, window.Experiences, cancel), cancellation);
        var rowsMax = (int)Math.Min(options.ExperiencesMax, ((long)options.MemoryMaxMiB << 20) / NeighbourIndex.RowBytes(space.Axes.Length));
        var memory = new NeighbourMemory(encoder, space, rowsMax, basis, seen);
        var points = new List<(float[] Point, long Seq, bool Success)>();
        while (true)
        {
            var portion = window.Experiences;
            points.AddRange(await compute.RunAsync(cancel => memory.Points(portion, cancel), cancellation));
            if (!window.Truncated || points.Count >= rowsMax) { break; }
            window = await ExperienceWindow.ReadAsync(facts, filter with { BeforeSeq = points[^1].Seq }, Math.Min(portionMax, rowsMax - points.Count), seen, cancellation);
        }
        memory.Begin(points, window.Truncated, begun);
        return memory;
    }

    /// <summary>Takes in what came since. After something came, positions before it may appear for a while.</summary>
    /// <returns>False: something was erased, roles were declared, or more came than a look takes in; the stream is to be read anew.</returns>
    public async Task<bool> FollowAsync(ILedger facts, string stream, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await NeighbourBasis.ReadAsync(facts, stream, cancellation) != _basis) { return false; }
        var newest = await facts.ListExperiencesAsync(new() { Stream = stream, Limit = 1 }, cancellation) is [var last] ? last.Seq : 0;
        if (newest == _newest && (now - _changed >= ExperienceTail.Settled || now - _looked < LatePeriod)) { return true; }
        var unseen = await ExperienceWindow.UnseenAsync(facts, stream, _tail, LookMax, now, cancellation);
        if (newest != _newest) { _changed = now; }
        (_newest, _looked) = (newest, now);
        if (unseen.Count >= LookMax) { return false; }
        for (var i = unseen.Count - 1; i >= 0; i--)
        {
            var full = Index.Count;
            Index.Add(Space.Point(Row(unseen[i])), unseen[i].Seq, unseen[i].Success);
            Truncated |= Index.Count <= full;
            _added++;
            // Others have their turns in between.
            if (i % ChunkSize == ChunkSize - 1) { await Task.Yield(); }
        }
        return true;
    }

    /// <summary>The features of an experience or of a situation.</summary>
    public double[] Row(Experience experience) => _encoder.Encode(_seen(experience));

    /// <summary>Names of what no experience is known to have had: fields, and values of the others.</summary>
    public ImmutableArray<string> Unknown(Experience situation, double[] row)
    {
        var learner = new SchemaLearner(FeatureSchema.Empty(""));
        learner.Observe(_seen(situation));
        return [.. learner.ToSchema().Fields.Where(field => !_paths.Contains(field.Path)).Select(field => ExperienceTable.PlainName(field.Path)), .. Space.Unknown(row)];
    }

    private void Begin(List<(float[] Point, long Seq, bool Success)> points, bool truncated, DateTimeOffset begun)
    {
        if (points.Count > UnsettledMax) { _tail.Skip(points[UnsettledMax].Seq); }
        for (var i = points.Count - 1; i >= 0; i--)
        {
            _tail.IsNew(points[i].Seq);
            Index.Add(points[i].Point, points[i].Seq, points[i].Success);
        }
        (_newest, _looked, _changed) = (_tail.Newest, begun, begun);
        _tail.Completed(begun);
        (Made, Truncated) = (points.Count, truncated || Index.Count < points.Count);
    }

    private static (ExperienceEncoder Encoder, SimilaritySpace Space) Learn(string stream, IReadOnlyList<Experience> experiences, CancellationToken cancellation)
    {
        var learner = new SchemaLearner(FeatureSchema.Empty(stream));
        foreach (var experience in experiences)
        {
            cancellation.ThrowIfCancellationRequested();
            learner.Observe(experience);
        }
        var encoder = new ExperienceEncoder(learner.ToSchema());
        return (encoder, SimilaritySpace.Of(encoder.Features, [.. experiences.Select(encoder.Encode)], cancellation));
    }

    private (float[] Point, long Seq, bool Success)[] Points(IReadOnlyList<Experience> experiences, CancellationToken cancellation)
    {
        var points = new (float[], long, bool)[experiences.Count];
        for (var i = 0; i < points.Length; i++)
        {
            if (i % 1_000 == 0) { cancellation.ThrowIfCancellationRequested(); }
            points[i] = (Space.Point(_encoder.Encode(experiences[i])), experiences[i].Seq, experiences[i].Success);
        }
        return points;
    }
}

/// <summary>What makes all that was read of a stream void when it changes.</summary>
/// <param name="Erasure">The last erasure; null: none.</param>
/// <param name="Roles">Version of the declared roles; 0: none.</param>
internal readonly record struct NeighbourBasis(string? Erasure, int Roles)
{
    public static async Task<NeighbourBasis> ReadAsync(ILedger facts, string stream, CancellationToken cancellation) =>
        new(await facts.FindSettingAsync(ErasureFacts.LastSetting, cancellation), (await RoleFacts.FindAsync(facts, stream, cancellation))?.Version ?? 0);
}
