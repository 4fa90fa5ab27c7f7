using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Learning.Prediction;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>What is stored of a trained stream, beside the models themselves.</summary>
internal sealed record StreamRecord
{
    /// <summary>Its name.</summary>
    public required string Stream { get; init; }
    /// <summary>When a training ended last.</summary>
    public required DateTimeOffset TrainedAt { get; init; }
    /// <summary>What for.</summary>
    public required string Cause { get; init; }
    /// <summary>How long it took, seconds.</summary>
    public required double Seconds { get; init; }
    /// <summary>Experiences that there were.</summary>
    public required long Experiences { get; init; }
    /// <summary>The newest of them, by <see cref="Experience.Seq"/>.</summary>
    public required long ThroughSeq { get; init; }
    /// <summary>Why there is no model of success; null where there is one.</summary>
    public string? Reason { get; init; }
    /// <summary>The models that answer.</summary>
    public ImmutableArray<TrainedTarget> Targets { get; init; } = [];
    /// <summary>Changes that were found, newest last.</summary>
    public ImmutableArray<StreamDrift> Drifts { get; init; } = [];
    /// <summary>The first experience after the newest change, by <see cref="Experience.Seq"/>; null: no change was found.</summary>
    public long? ChangeSeq { get; init; }
    /// <summary>Experiences since that change that the last training learned from.</summary>
    public long LearnedSinceChange { get; init; }
    /// <summary>Why the models must not stay: <c>erasure</c>, experiences were removed that they may have learned from; <c>roles</c>, they were learned from what is known only afterwards. Null once they have learned anew.</summary>
    public string? VoidCause { get; init; }
    /// <summary>What sets of outcomes go on with after the last training, as <see cref="ModelFacts.Body(ImmutableArray{JudgedOutcome})"/> packs it; null: nothing.</summary>
    public byte[]? Judged { get; init; }

    /// <summary>As told to callers.</summary>
    public TrainedStream ToTrained() => new(Stream, TrainedAt, Experiences, Targets);
}

/// <summary>Trained streams and models as documents of the ledger.</summary>
internal static class ModelFacts
{
    /// <summary>Kind of a <see cref="StreamRecord"/>; its id is the stream.</summary>
    public const string StreamKind = "stream";
    /// <summary>Kind of a <see cref="PredictionModel"/>.</summary>
    public const string ModelKind = "model";

    /// <summary>Id of the model of a target.</summary>
    public static string ModelId(string stream, string target) => $"{stream}\n{target}";

    /// <summary>All streams that were trained, newest first.</summary>
    public static async Task<ImmutableArray<StreamRecord>> TrainedStreamsAsync(this IDocumentFacts ledger, CancellationToken cancellation) =>
        [.. await ledger.AllDocumentsAsync(StreamKind, cancellation).Select(Record).ToArrayAsync(cancellation)];

    /// <summary>The record in a document.</summary>
    public static StreamRecord Record(Document document) => JsonSerializer.Deserialize(document.Body, ModelFactsJson.Default.StreamRecord)!;

    /// <summary>A record as the body of a document.</summary>
    public static byte[] Body(StreamRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, ModelFactsJson.Default.StreamRecord);

    /// <summary>Outcomes that were judged, 33 bytes each.</summary>
    public static byte[] Body(ImmutableArray<JudgedOutcome> judged)
    {
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        foreach (var outcome in judged)
        {
            writer.Write(outcome.Seq);
            writer.Write(outcome.Success);
            writer.Write(outcome.Happened);
            writer.Write(outcome.Known);
            writer.Write((float)outcome.Conformity.Failure);
            writer.Write((float)outcome.Conformity.Success);
        }
        return body.ToArray();
    }

    /// <summary>The outcomes again.</summary>
    public static ImmutableArray<JudgedOutcome> Judged(StreamRecord record)
    {
        using var reader = new BinaryReader(new MemoryStream(record.Judged ?? []));
        var judged = ImmutableArray.CreateBuilder<JudgedOutcome>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            judged.Add(new(reader.ReadInt64(), reader.ReadBoolean(), reader.ReadDouble(), reader.ReadDouble(), new(reader.ReadSingle(), reader.ReadSingle())));
        }
        return judged.DrainToImmutable();
    }

    /// <summary>The model in a document.</summary>
    /// <exception cref="FormatException">It is of a format that is not known here.</exception>
    public static PredictionModel Model(Document document)
    {
        using var packed = new BrotliStream(new MemoryStream(document.Body), CompressionMode.Decompress);
        using var body = new MemoryStream();
        packed.CopyTo(body);
        return PredictionModel.FromBytes(body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    /// <summary>A model as the body of a document: a tenth of its JSON.</summary>
    public static byte[] Body(PredictionModel model)
    {
        var body = new MemoryStream();
        using (var packed = new BrotliStream(body, CompressionLevel.Fastest)) { packed.Write(model.ToBytes()); }
        return body.ToArray();
    }
}

[JsonSerializable(typeof(StreamRecord))]
internal sealed partial class ModelFactsJson : JsonSerializerContext;
