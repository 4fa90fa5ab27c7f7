using System.Buffers;
using System.Text;
using System.Text.Json;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Events of the learning room.</summary>
internal static class ExperienceEvents
{
    /// <summary>An experience was stored.</summary>
    public const string Recorded = "experience.recorded";

    /// <summary>The entry that stores an experience and tells of it.</summary>
    public static LedgerEntry Entry(Experience experience, DateTimeOffset now) => new()
    {
        Change = new ExperienceInsert(experience),
        Events = [Event(experience, now)],
    };

    /// <summary>Tells of an experience that is stored with something else.</summary>
    public static LedgerEvent Event(Experience experience, DateTimeOffset now) => new(now, Recorded, null, null, null, Data(experience));

    private static string Data(Experience experience)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("experience_id"u8, experience.Id);
            json.WriteString("stream"u8, experience.Stream);
            json.WriteBoolean("success"u8, experience.Success);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
