using System.Collections.Immutable;
using CsCheck;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

public sealed class RuleBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly RuleBar Bar = new(0.6, 1.2, 20, 10_000);

    [Fact]
    public void Induced_NewRule_IsACandidateThatHasSeenWhatItWasInducedFrom()
    {
        var rule = Assert.Single(RuleBook.Induced([], [Found(5)], Make(1, 300), "s", Noon));

        Assert.Equal((RuleStatus.Candidate, 300L, Noon, "s"), (rule.Life.Status, rule.ThroughSeq, rule.CreatedAt, rule.Stream));
    }

    [Fact]
    public void Induced_FoundAgain_StaysAsItIs()
    {
        var known = RuleBook.Counted(RuleBook.Induced([], [Found(5)], Make(1, 300), "s", Noon), Make(301, 400), Bar);

        Assert.Same(known[0], Assert.Single(RuleBook.Induced(known, [Found(5)], Make(1, 400), "s", Noon.AddDays(1))));
    }

    [Fact]
    public void Induced_BoundMovedALittle_IsNoNewRule()
    {
        var known = RuleBook.Induced([], [Found(5)], Make(1, 300), "s", Noon);

        Assert.Same(known[0], Assert.Single(RuleBook.Induced(known, [Found(5.1)], Make(1, 300), "s", Noon)));
        Assert.Equal(2, RuleBook.Induced(known, [Found(15)], Make(1, 300), "s", Noon).Length);
        Assert.Equal(2, RuleBook.Induced(known, [Found(5.1) with { Success = true }], Make(1, 300), "s", Noon).Length);
    }

    [Fact]
    public void Induced_AlikeOneThatAPersonDisabled_IsNotTakenIn()
    {
        var known = RuleBook.Induced([], [Found(5)], Make(1, 300), "s", Noon);
        known = [known[0] with { Life = known[0].Life.Set(pinned: false, disabled: true) with { Status = RuleStatus.Retired } }];

        Assert.Same(known[0], Assert.Single(RuleBook.Induced(known, [Found(5), Found(5.1)], Make(1, 300), "s", Noon)));
    }

    [Fact]
    public void Induced_RetiredRuleIsFoundAgain_BeginsAnew()
    {
        var known = RuleBook.Induced([], [Found(5)], Make(1, 300), "s", Noon);
        known = [known[0] with { Life = known[0].Life with { Status = RuleStatus.Retired, Since = new(40, 1, 400, 100) } }];

        var again = Assert.Single(RuleBook.Induced(known, [Found(5)], Make(1, 600), "s", Noon.AddDays(1)));

        Assert.Equal((RuleLife.New, 600L), (again.Life, again.ThroughSeq));
    }

    [Fact]
    public void Induced_TooMany_LivingAreBoundedAndOldRetiredForgotten()
    {
        var known = ImmutableArray<RuleRecord>.Empty;
        for (var i = 0; i < 40; i++)
        {
            known = RuleBook.Induced(known, [.. Enumerable.Range(0, 20).Select(k => Word($"w{i}-{k}"))], Make(1, 50), "s", Noon.AddHours(i));
            Assert.True(known.Count(RuleBook.Lives) <= RuleBook.LivingMax);
            known = [.. known.Select(rule => rule with { Life = rule.Life with { Status = RuleStatus.Retired }, ThroughSeq = i })];
        }

        known = RuleBook.Induced(known, [], Make(1, 50), "s", Noon);
        Assert.Equal(RuleBook.RetiredMax, known.Length);
        Assert.All(known, rule => Assert.True(rule.ThroughSeq >= 37));
    }

    /// <summary>However experiences are cut into portions, and whichever of them come twice, the counts are those of counting each once.</summary>
    [Fact]
    public void Counted_AnyPortions_EachExperienceCountsOnce() =>
        Gen.Select(Gen.Int[0, 100_000], Gen.Int[1, 90].Array[1, 6]).Sample((seed, portions) =>
        {
            var (all, known, from) = (Make(101, 700, seed), RuleBook.Induced([], [Found(5), Word("eu")], Make(1, 100), "s", Noon), 0);
            foreach (var portion in portions)
            {
                // The portion, and something of what came before.
                known = RuleBook.Counted(known, [.. all.Reverse().Skip(Math.Max(0, from - 20)).Take(portion + Math.Min(20, from))], new(0, 1, int.MaxValue, long.MaxValue));
                from += portion;
            }
            var counted = all.Reverse().Take(from).ToArray();
            Assert.All(known, rule =>
            {
                var met = counted.Where(experience => ExperienceValues.Of(experience).Meets(rule.Conditions)).ToArray();
                Assert.Equal(new(met.Length, met.Count(experience => !experience.Success), counted.Length, counted.Count(experience => !experience.Success)), rule.Life.Since);
                Assert.Equal(met.Length == 0 ? null : met.Max(experience => experience.Timestamp), rule.View().LastMet);
                Assert.Equal((0L, (DateTimeOffset?)null), (rule.View().UsageCount, rule.View().LastUsed));
            });
        }, iter: 50);

    [Fact]
    public void Counted_Retired_IsNotCountedAnyMore()
    {
        var known = RuleBook.Induced([], [Found(5)], Make(1, 300), "s", Noon);
        known = [known[0] with { Life = known[0].Life with { Status = RuleStatus.Retired } }];

        Assert.Same(known[0], RuleBook.Counted(known, Make(301, 400), Bar)[0]);
    }

    /// <summary>Uses of several silos add up in any order, the last of them counts, and a rule that is not there any more is passed over. They outlast storage and a new beginning of the rule.</summary>
    [Fact]
    public void Used_SeveralTimes_AddsUpAndOutlastsTheRulesEnd()
    {
        var known = RuleBook.Induced([], [Found(5), Word("eu")], Make(1, 300), "s", Noon);

        var used = RuleBook.Used(known, [new(known[0].Id, 3, Noon.AddHours(2)), new(known[0].Id, 2, Noon.AddHours(1)), new("rule-gone", 1, Noon)]);
        var stored = StoredRule.Read(new(StoredRule.Kind, used[0].Id, 1, Noon, Noon, StoredRule.Body(used[0])));
        var again = RuleBook.Induced([stored with { Life = stored.Life with { Status = RuleStatus.Retired } }], [Found(5)], Make(1, 300), "s", Noon.AddDays(1));

        Assert.Same(known[1], used[1]);
        Assert.Equal((5L, Noon.AddHours(2)), (used[0].View().UsageCount, used[0].View().LastUsed));
        Assert.Equal((5L, Noon.AddHours(2), RuleStatus.Candidate), (again[0].Uses, again[0].LastUsed, again[0].Life.Status));
    }

    [Fact]
    public void View_ConditionsOfTheAction_AreWhatToDo()
    {
        var rule = RuleBook.Induced([], [new([new EqualTo("region", "eu"), new EqualTo("action.action_type", "move")], false, default, new(40, 36, 200, 50))], Make(1, 10), "s", Noon)[0];

        var view = rule.View();

        Assert.Equal(("region = eu and action.action_type = move", "avoid action_type = move"), (view.Condition, view.Action));
        Assert.Equal((0.9, new RuleCounts(40, 36, 200, 50).Interval.Low, 8), (view.SuccessRate, view.Confidence, view.Priority));
        Assert.Equal("prefer action_type = move", (rule with { Success = true }).View().Action);
        Assert.False(view.InForce);
        Assert.True((view with { Status = RuleStatus.Active }).InForce);
        Assert.False((view with { Status = RuleStatus.Active, Disabled = true }).InForce);
    }

    [Theory]
    [InlineData(null, 0, 99, false)]
    [InlineData(null, 0, 100, true)]
    [InlineData(59, 1_000, 999, false)]
    [InlineData(59, 1_000, 1_000, true)]
    [InlineData(60, 1_000, 99, false)]
    [InlineData(60, 1_000, 100, true)]
    public void Schedule_TimeAndExperiences_BothAreLookedAt(int? minutesAgo, long learnedFrom, long since, bool isDue) =>
        Assert.Equal(isDue, new RuleSchedule(TimeSpan.FromHours(1), 100).IsDue(minutesAgo is { } minutes ? Noon.AddMinutes(-minutes) : null, learnedFrom, since, Noon));

    [Fact]
    public void StoredCondition_AnyOfARule_ReadsBackTheSame()
    {
        Condition[] conditions = [new Compared(new("a"), true, 0.1 + 0.2), new Compared(new("a", TermOperation.Over, "b"), false, -3), new Compared(new("a"), false, 0), new EqualTo("region", ""), new Missing("c")];

        Assert.Equal(conditions, conditions.Select(condition => StoredCondition.Of(condition).Read()));
        Assert.Throws<ArgumentException>(() => StoredCondition.Of(new AtMost("a", 1)));
    }

    private static InducedRule Found(double bound) => new([new Compared(new("free"), true, bound)], false, new(100, 90, 400, 110), new(25, 22, 100, 30));

    private static InducedRule Word(string word) => new([new EqualTo("region", word)], false, new(100, 90, 400, 110), new(25, 22, 100, 30));

    /// <summary>From one position to another, newest first.</summary>
    private static Experience[] Make(int from, int to, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(from, to - from + 1).Select(seq => (Seq: seq, Free: random.Next(200) / 10.0, Region: random.Next(2) == 0 ? "eu" : "us")).Select(one => new Experience
        {
            Id = $"e{one.Seq}",
            Seq = one.Seq,
            Stream = "s",
            Timestamp = Noon.AddMinutes(random.Next(1000)),
            Success = random.NextDouble() < (one.Free < 5 ? 0.1 : 0.9),
            ContextJson = string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"free":{{one.Free:F1}},"region":"{{one.Region}}"}"""),
        }).Reverse()];
    }
}
