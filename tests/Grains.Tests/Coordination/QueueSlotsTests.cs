using CsCheck;

namespace NexusActors.Coordination;

/// <summary>Where keys belong. The slots are on disk: what is written here never changes.</summary>
public sealed class QueueSlotsTests
{
    [Theory, InlineData(null, 0), InlineData("", 0), InlineData("a", 237), InlineData("tenant 1", 243), InlineData("Größe", 195)]
    public void Of_Key_IsWhatIsOnDisk(string? key, int slot) => Assert.Equal(slot, QueueSlots.Of(key));

    [Fact]
    public void PartitionOf_AnySlot_IsTheOneWhoseRangeHasIt() => Gen.Select(Gen.Int[0, 255], Gen.Int[1, 64]).Sample((slot, partitions) =>
        Enumerable.Range(0, partitions).Where(place => SlotRange.Of(place, partitions).Has(slot)).SequenceEqual([QueueSlots.PartitionOf(slot, partitions)]));

    [Fact]
    public void Of_ManyKeys_AreSpreadEvenly()
    {
        var counts = Enumerable.Range(0, 25_600).Select(i => QueueSlots.Of($"tenant-{i}")).GroupBy(slot => slot).Select(group => group.Count()).ToList();

        Assert.Equal(QueueSlots.Count, counts.Count);
        Assert.InRange(counts.Max(), 100, 160);
    }

    [Fact]
    public void Meets_RangesOfTwoDivisions_ExactlyWhenTheyShareASlot() => Gen.Select(Gen.Int[1, 64], Gen.Int[1, 64], Gen.Int[0, 63], Gen.Int[0, 63]).Sample((a, b, x, y) =>
    {
        var (one, other) = (SlotRange.Of(x % a, a), SlotRange.Of(y % b, b));
        return one.Meets(other) == Enumerable.Range(0, QueueSlots.Count).Any(slot => one.Has(slot) && other.Has(slot));
    });

    [Fact]
    public void Parse_KeyOfAPartition_IsThatPartition() => Gen.Select(Gen.String[1, 20].Where(name => !name.Contains('/')), Gen.Int[0, 63], Gen.Int[1, 64], Gen.Int[0, 9999]).Sample((name, place, of, epoch) =>
    {
        var part = new QueuePart(name, place, of, epoch);
        return QueuePart.Parse(part.ToString()) == part;
    });

    [Theory, InlineData("default"), InlineData("a@b"), InlineData("1-of-2@3")]
    public void TryParse_NameOfAQueue_IsNone(string name) => Assert.Null(QueuePart.TryParse(name));

    [Fact]
    public void Turns_AgentThatAsksAtItsOwnPace_AsksEveryPartitionFirstBeforeOneAgain() => Gen.Select(Gen.Int[2, 8], Gen.Int[0, 255], Gen.Int[250, 3000].Array[40]).Sample((partitions, start, pauses) =>
    {
        var (turns, now) = (new PartitionTurns(start), Sample.Start);
        var firsts = pauses.Select(pause => turns.Next("q", now += TimeSpan.FromMilliseconds(pause)) % partitions).ToList();
        return Enumerable.Range(0, firsts.Count - partitions).All(i => firsts.GetRange(i, partitions).Distinct().Count() == partitions);
    });
}
