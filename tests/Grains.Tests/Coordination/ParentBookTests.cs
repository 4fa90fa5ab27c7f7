using CsCheck;

namespace NexusActors.Coordination;

public sealed class ParentBookTests
{
    /// <summary>Parents end in any order, any of them twice: the child is free or broken exactly once, as its rules say.</summary>
    [Fact]
    public void Ended_ParentsInAnyOrder_FreesOrBreaksTheChildAsItsRulesSay() =>
        Gen.Select(Gen.Int[1, 3].Array[1, 6], Gen.Bool.Array[6], Gen.Int[0, 5].Array[0, 30]).Sample((rules, succeeds, order) =>
        {
            var book = new ParentBook();
            for (var parent = 0; parent < rules.Length; parent++) { book.Add("child", $"p{parent}", (ParentFailureRule)rules[parent]); }
            var open = Enumerable.Range(0, rules.Length).ToHashSet();
            foreach (var parent in order.Where(parent => parent < rules.Length))
            {
                var rule = (ParentFailureRule)rules[parent];
                var expected = !open.Contains(parent) ? ParentNews.None
                    : !succeeds[parent] && rule != ParentFailureRule.Run ? ParentNews.Broken
                    : open.Remove(parent) && open.Count > 0 ? ParentNews.Waiting
                    : ParentNews.Free;
                Assert.Equal(expected, book.Ended("child", $"p{parent}", succeeds[parent], out var told));
                if (expected == ParentNews.Broken) { Assert.Equal(rule, told); }
                Assert.Equal(open.Select(id => $"p{id}").Order(), book.UnmetOf("child").Order());
            }
            Assert.Equal(open.Count > 0 ? 1 : 0, book.Count);
        });

    [Fact]
    public void Ended_BrokenChildThatCouldNotBeEndedNow_IsToldAgain()
    {
        var book = new ParentBook();
        book.Add("child", "p", ParentFailureRule.Skip);
        Assert.Equal(ParentNews.Broken, book.Ended("child", "p", succeeded: false, out _));
        Assert.Equal(ParentNews.Broken, book.Ended("child", "p", succeeded: false, out _));
        book.Remove("child");
        Assert.Equal(ParentNews.None, book.Ended("child", "p", succeeded: false, out _));
        Assert.Equal(0, book.Count);
    }

    [Fact]
    public void Ended_UnknownChildOrParent_IsNoNews()
    {
        var book = new ParentBook();
        book.Add("child", "p", ParentFailureRule.Fail);
        Assert.Equal(ParentNews.None, book.Ended("other", "p", succeeded: true, out _));
        Assert.Equal(ParentNews.None, book.Ended("child", "q", succeeded: true, out _));
        Assert.Equal(["p"], book.UnmetOf("child"));
        Assert.Empty(book.UnmetOf("other"));
    }
}
