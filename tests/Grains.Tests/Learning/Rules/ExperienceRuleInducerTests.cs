using NexusActors.Learning.Features;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

public sealed class ExperienceRuleInducerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Induce_FullDisksFailInOneRegion_TheRuleReadsSo()
    {
        var rules = ExperienceRuleInducer.Induce(Make(1500, 1), new());

        var rule = Assert.Single(rules, rule => !rule.Success);
        Assert.Matches("^disk.free_gb < (5|4\\.9\\d*|5\\.0\\d*) and region = eu$", rule.Text);
        Assert.Equal(300, rule.HeldOut.Rows);
        Assert.InRange(rule.HeldOut.Precision, 0.8, 1);
        Assert.StartsWith("rule-", rule.IdIn("s"), StringComparison.Ordinal);
        Assert.NotEqual(rule.IdIn("s"), rule.IdIn("t"));
    }

    /// <summary>Held-out figures, counted from the experiences themselves.</summary>
    [Fact]
    public void Induce_AnyData_FiguresAreThoseOfTheExperiences()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var experiences = Make(600, seed);
            foreach (var rule in ExperienceRuleInducer.Induce(experiences, new()))
            {
                Assert.Equal(Counted(experiences.Take(480), rule), rule.Induction);
                Assert.Equal(Counted(experiences.Skip(480), rule), rule.HeldOut);
            }
        }
    }

    [Fact]
    public void Induce_TheNewestGainsay_TheRuleIsLeftOut()
    {
        var experiences = Make(1000, 3).Select((experience, i) => i < 800 ? experience : experience with { Success = true }).ToArray();

        Assert.DoesNotContain(ExperienceRuleInducer.Induce(experiences, new()), rule => !rule.Success);
    }

    [Fact]
    public void Induce_ActionMatters_ItsConditionsComeLast()
    {
        var experiences = Make(1000, 4).Select((experience, i) => experience with { ActionJson = $$"""{"action_type":"{{(i % 3 == 0 ? "move" : "copy")}}"}""", Success = i % 3 != 0 || !experience.ContextJson.Contains("eu", StringComparison.Ordinal) }).ToArray();

        Assert.Equal("region = eu and action.action_type = move", Assert.Single(ExperienceRuleInducer.Induce(experiences, new()), rule => !rule.Success).Text);
    }

    /// <summary>A condition means the same of a table and of one experience.</summary>
    [Fact]
    public void Meets_AnyExperience_IsWhatTheTableSays()
    {
        Experience[] experiences =
        [
            .. Make(200, 5).Select((experience, i) => experience with
            {
                ContextJson = (i % 4) switch
                {
                    0 => $$"""{"a":{{i}},"b":{"c":"w{{i % 3}}"},"d":true}""",
                    1 => $$"""{"b":{"c":"w{{i % 3}}"},"d":false,"when":"2026-03-04T0{{i % 9}}:00:00Z"}""",
                    2 => $$"""{"a":{{i / 7.0:F2}},"b":{},"list":[1,2]}""",
                    _ => $$"""{"a":null,"b":{"c":"w{{i % 3}}"},"text":"{{new string('x', 200 + i)}}"}""",
                },
            }),
        ];
        var table = ExperienceTable.Of(experiences);
        Condition[] conditions =
        [
            new Compared(new("a"), true, 20), new Compared(new("a", TermOperation.Minus, "d"), false, 30), new Compared(new("d"), false, 0.5), new EqualTo("b.c", "w1"), new Missing("a"), new Missing("b.c"),
            new Compared(new("when#hour"), true, 4), new Compared(new("when#age_hours"), false, 5), new Compared(new("list#count"), false, 1), new Compared(new("text#length"), false, 250), new Compared(new("time.hour"), true, 13.5), new AtMost("a", 12), new Above("a", 12),
        ];

        foreach (var condition in conditions)
        {
            var rows = RuleMatch.Rows(table, [condition]);
            Assert.Contains(true, rows);
            Assert.Equal(rows, experiences.Select(experience => ExperienceValues.Of(experience).Meets([condition])));
        }
    }

    private static RuleCounts Counted(IEnumerable<Experience> experiences, InducedRule rule)
    {
        var all = experiences.ToArray();
        var met = all.Where(experience => ExperienceValues.Of(experience).Meets(rule.Conditions)).ToArray();
        return new(met.Length, met.Count(experience => experience.Success == rule.Success), all.Length, all.Count(experience => experience.Success == rule.Success));
    }

    /// <summary>Full disks in region eu mostly fail; oldest first.</summary>
    private static Experience[] Make(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => (Free: random.Next(200) / 10.0, Region: random.Next(2) == 0 ? "eu" : "us")).Select((disk, i) => new Experience
        {
            Id = $"e{i}",
            Stream = "s",
            Timestamp = Noon.AddMinutes(i),
            Success = random.NextDouble() < (disk.Free < 5 && disk.Region == "eu" ? 0.05 : 0.95),
            ContextJson = string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"disk":{"free_gb":{{disk.Free:F1}}},"region":"{{disk.Region}}"}"""),
        })];
    }
}
