using System.Text.Json;
using NexusActors.Learning;

namespace NexusActors.Ledger;

/// <summary>An entry with its JSON columns, made on the caller's thread so that the writer only binds and steps.</summary>
internal readonly struct PreparedEntry
{
    /// <summary>Checks and serializes an entry.</summary>
    /// <exception cref="ArgumentException">The entry can never be written.</exception>
    public PreparedEntry(LedgerEntry entry)
    {
        Entry = entry;
        switch (entry.Change)
        {
            case TaskInsert(var task):
                Body = SpecRow.Write(task.View.Spec);
                Attempts = AttemptRow.Write(task.View.Attempts);
                Closed = ClosedRow.Write(task.Closed);
                break;
            case TaskUpdate(var next, _):
                if (next.Seq <= 0) { throw new ArgumentException($"An update of task {next.Id} names no position; update what was read.", nameof(entry)); }
                Attempts = AttemptRow.Write(next.View.Attempts);
                Closed = ClosedRow.Write(next.Closed);
                break;
            case AgentInsert(var agent):
                Body = ProfileRow.Write(agent.Profile);
                break;
            case AgentUpdate(var agent):
                Body = ProfileRow.Write(agent.Profile);
                break;
            case QueuePut(_, var settings):
                Body = SettingsRow.Write(settings);
                break;
            case DocumentInsert(var document):
                if (document.Version != 1) { throw new ArgumentException($"A new {document.Kind} {document.Id} has version {document.Version}; the first is 1.", nameof(entry)); }
                Body = document.Body;
                break;
            case DocumentUpdate(var document):
                Body = document.Body;
                break;
            case ExperienceInsert(var experience):
                (Tags, Metrics) = Serialize(experience);
                if (entry.Experience is not null) { throw new ArgumentException("An entry that inserts an experience carries no second one.", nameof(entry)); }
                break;
            case null or AgentDelete or SettingPut or DocumentDelete:
                break;
            default:
                throw new ArgumentException($"No ledger knows the change {entry.Change.GetType().Name}.", nameof(entry));
        }
        if (entry.Experience is { } gained) { (Tags, Metrics) = Serialize(gained); }
    }

    /// <summary>As given.</summary>
    public LedgerEntry Entry { get; }

    /// <summary>Specification, profile, settings or content.</summary>
    public byte[]? Body { get; }

    /// <summary>Attempts that ended; null for none.</summary>
    public byte[]? Attempts { get; }

    /// <summary>Leases that ended; null for none.</summary>
    public byte[]? Closed { get; }

    /// <summary>Tags of the experience; null for none.</summary>
    public byte[]? Tags { get; }

    /// <summary>Metrics of the experience; null for none.</summary>
    public byte[]? Metrics { get; }

    private static (byte[]? Tags, byte[]? Metrics) Serialize(Experience experience) =>
        (LedgerJson.List(experience.Tags) is { } tags ? JsonSerializer.SerializeToUtf8Bytes(tags, LedgerJson.Default.StringArray) : null,
         LedgerJson.Map(experience.Metrics) is { } metrics ? JsonSerializer.SerializeToUtf8Bytes(metrics, LedgerJson.Default.SortedDictionaryStringDouble) : null);
}
