using CsCheck;
using NexusActors.Coordination;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger.Postgres;

public sealed class WavesTests
{
    [Fact]
    public void Cut_EntriesOfDifferentThings_IsOneStretch() =>
        Assert.Equal([4], Cut(Insert(NewTask("t1")), Insert(NewTask("t2")), new() { Tallies = [new("a1", 1)] }, new() { Tallies = [new("a1", 1)], Touches = [new AgentSeen("a1", Noon)] }));

    [Theory]
    [InlineData("task id")]
    [InlineData("task version")]
    [InlineData("key")]
    [InlineData("counters of an agent that goes")]
    [InlineData("counters of an agent that comes")]
    [InlineData("experience")]
    [InlineData("setting")]
    public void Cut_SecondMustSeeWhatTheFirstDid_AreTwoStretches(string same)
    {
        LedgerEntry[] entries = same switch
        {
            "task id" => [Insert(NewTask("t1")), Insert(NewTask("t1"))],
            "task version" => [Update(NewTask("t1").At(7), NewTask("t1").At(7).Next(WorkStatus.Pending)), new() { Touches = [new TaskProgressed(7, "{}")] }],
            "key" => [new() { Operation = new("k", "h", "") }, new() { Operation = new("k", "h", "") }],
            "counters of an agent that goes" => [new() { Tallies = [new("a1", 1)] }, new() { Change = new AgentDelete("a1") }],
            "counters of an agent that comes" => [new() { Change = new AgentInsert(NewAgent("a1")) }, new() { Touches = [new AgentSeen("a1", Noon)] }],
            "experience" => [Insert(NewExperience("e1")), Insert(NewTask("t1")) with { Experience = NewExperience("e1") }],
            _ => [new() { Change = new SettingPut("s", "1") }, new() { Change = new SettingPut("s", "2") }],
        };
        Assert.Equal([1, 2], Cut(entries));
    }

    [Fact]
    public void Cut_AnyEntries_StretchesCoverAllInOrderAndHoldNoIdTwice() => Gen.Int[0, 5].Array[0, 40].Sample(numbers =>
    {
        var ends = Cut([.. numbers.Select(number => Insert(NewTask($"t{number}")))]);
        Assert.Equal(numbers.Length, ends.LastOrDefault());
        var start = 0;
        foreach (var end in ends)
        {
            Assert.True(end > start);
            Assert.Equal(end - start, numbers[start..end].Distinct().Count());
            if (end < numbers.Length) { Assert.Contains(numbers[end], numbers[start..end]); }      // cut no earlier than need be
            start = end;
        }
    });

    private static List<int> Cut(params LedgerEntry[] entries) => Waves.Cut([.. entries.Select(entry => new PreparedEntry(entry))]);
}
