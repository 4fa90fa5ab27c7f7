using System.Globalization;

namespace NexusActors.Coordination;

/// <summary>Which partition a grain is, as its key says: <c>queue/place-of-all@epoch</c>. Names of queues have no slash.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Place">From 0.</param>
/// <param name="Of">How many there are.</param>
/// <param name="Epoch">Of which division.</param>
internal readonly record struct QueuePart(string Queue, int Place, int Of, int Epoch)
{
    /// <summary>The slots that it has.</summary>
    public SlotRange Slots => SlotRange.Of(Place, Of);

    /// <summary>Whether the queue is still divided so.</summary>
    public bool IsOf(QueueSettings? settings) => settings is not null && settings.Split.Epoch == Epoch && settings.Partitions == Of;

    /// <summary>The partition that a grain's key names.</summary>
    public static QueuePart Parse(string key) =>
        TryParse(key) ?? throw new FormatException($"'{key}' names no partition.");

    /// <summary>The partition that a grain's key names; null where it is the name of a queue.</summary>
    public static QueuePart? TryParse(string key)
    {
        var (slash, epoch) = (key.LastIndexOf('/'), key.LastIndexOf('@'));
        if (slash < 0 || epoch < slash || key.IndexOf("-of-", slash, StringComparison.Ordinal) is var of && (of < 0 || of > epoch)) { return null; }
        return new(key[..slash], Number(key.AsSpan(slash + 1, of - slash - 1)), Number(key.AsSpan(of + 4, epoch - of - 4)), Number(key.AsSpan(epoch + 1)));

        static int Number(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>The grain's key.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Queue}/{Place}-of-{Of}@{Epoch}");
}
