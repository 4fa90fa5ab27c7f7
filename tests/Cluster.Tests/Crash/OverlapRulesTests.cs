using NexusActors.Samples.Agent;

namespace NexusActors.Crash;

/// <summary>Promises that overlap are seen, and nothing else is taken for one.</summary>
public sealed class OverlapRulesTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData("the first is over", 0, 4, null, null, 4, false)]
    [InlineData("the first is good for another second", 0, 4, null, null, 3, true)]
    [InlineData("the first was renewed", 0, 4, 2, null, 5, true)]
    [InlineData("the first was renewed and is over", 0, 4, 2, null, 6, false)]
    [InlineData("the first was reported before", 0, 4, null, 2, 3, false)]
    [InlineData("the first was reported after", 0, 4, null, 3, 2, true)]
    public void Check_TwoAttempts_OverlapIsToldWhereThereIsOne(string situation, int leased, int goodFor, int? renewed, int? sent, int next, bool overlaps)
    {
        var first = new List<JournalLine> { Line(JournalEvents.Leased, "one", 1, leased, goodFor) };
        if (renewed is { } again) { first.Add(Line(JournalEvents.Renewed, "one", 1, again, goodFor)); }
        if (sent is { } reported) { first.Add(Line(JournalEvents.Sent, "one", 1, reported, null)); }
        var record = new CrashRecord { Journals = [new("a", [.. first]), new("b", [Line(JournalEvents.Leased, "two", 2, next, goodFor)])] };

        var violations = OverlapRules.Check(record).ToArray();

        Assert.True(overlaps == (violations is [{ Rule: Rules.OneLease, Subject: "task" }]), $"{situation}: {string.Join("; ", violations.AsEnumerable())}");
    }

    private static JournalLine Line(string happened, string token, int attempt, int at, int? goodFor) =>
        new() { Event = happened, Task = "task", Attempt = attempt, Token = token, AtNs = at * Second, GoodForNs = goodFor * Second };
}
