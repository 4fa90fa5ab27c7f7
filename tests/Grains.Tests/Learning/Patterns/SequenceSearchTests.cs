using System.Collections.Immutable;
using CsCheck;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Patterns;

public sealed class SequenceSearchTests
{
    private static readonly string[] Actions = ["copy", "move", "scan", "index", "train", "deploy"];
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Find_OneActionFollowsTwoOthersAndFails_IsToldWithItsRate()
    {
        var random = new Random(1);
        var (runs, success) = Make(400, 8, random, (actions, outcomes) =>
        {
            if (random.Next(3) > 0) { return; }
            (actions[2], actions[3], actions[5]) = ("drain", "restart", "rollback");
            outcomes[5] = random.Next(10) == 0;
        });

        var found = SequenceSearch.Find(runs, success, new());

        var told = Assert.Single(found, sequence => sequence.Actions.SequenceEqual(["drain", "restart", "rollback"]));
        Assert.InRange(told.Support, 100, 170);
        Assert.True(told.Lift > 2.5, told.Sentence);
        Assert.True(told.RateHigh < 0.3, told.Sentence);
        Assert.StartsWith("drain → restart → rollback: in ", told.Sentence, StringComparison.Ordinal);
        Assert.All(told.Examples, row => Assert.Contains(runs, run => run.Any(step => step == new Step("rollback", row))));
        // What the longer one says in as many runs is not said twice.
        Assert.DoesNotContain(found, sequence => sequence.Actions.SequenceEqual(["drain", "restart"]));
    }

    [Fact]
    public void Find_ActionsAreChance_HardlyAnythingIsTold() =>
        Assert.InRange(Enumerable.Range(0, 40).Select(seed => Make(200, 6, new(seed), (_, _) => { })).Count(data => SequenceSearch.Find(data.Runs, data.Success, new()).Length > 0), 0, 5);

    /// <summary>Every figure, by looking at all places of each run.</summary>
    [Fact]
    public void Find_AnyRuns_FiguresAreThoseOfLookingEverywhere() =>
        Gen.Select(Gen.Int[0, 100_000], Gen.Int[0, 3]).Sample((seed, gap) =>
        {
            var random = new Random(seed);
            var (runs, success) = Make(60, 7, random, (actions, _) =>
            {
                if (random.Next(2) == 0) { (actions[1], actions[3]) = ("a", "b"); }
            });

            foreach (var told in SequenceSearch.Find(runs, success, new() { GapMax = gap, LengthMax = 3, FalseDiscoveryRate = 0.5 }))
            {
                var prefix = told.Actions[..^1];
                var ends = runs.Select(run => Ends(run, told.Actions, gap)).ToArray();
                var (support, prefixed, last) = (ends.Count(found => found.Length > 0), runs.Count(run => Ends(run, prefix, gap).Length > 0), runs.Count(run => run.Any(step => step.Action == told.Actions[^1])));
                Assert.Equal(support, told.Support);
                Assert.Equal((double)support * runs.Length / prefixed / last, told.Lift, 9);
                Assert.Equal(Proportions.Fisher(support, prefixed, runs.Count(run => Ends(run, prefix, gap).Length == 0 && run.Any(step => step.Action == told.Actions[^1])), runs.Length - prefixed), told.P, 9);
                var firsts = runs.Select((run, i) => ends[i].Length > 0 ? run[ends[i].Min()].Row : -1).Where(row => row >= 0).ToArray();
                Assert.Equal(firsts.Count(row => success[row]), told.Successes);
                var ended = runs.SelectMany((run, i) => ends[i].Select(place => run[place].Row)).ToHashSet();
                var rest = runs.SelectMany(run => run).Where(step => step.Action == told.Actions[^1] && !ended.Contains(step.Row)).ToArray();
                Assert.Equal(rest.Length == 0 ? null : (double)rest.Count(step => success[step.Row]) / rest.Length, told.RestRate);
            }
        }, iter: 60);

    [Fact]
    public void Of_Experiences_RunsAreThoseOfAKeyInOrderOfTimeWithoutLongPauses()
    {
        Experience[] experiences =
        [
            Experience("s1", 0, "copy"), Experience("s1", 2, "scan"), Experience("s1", 1, "move"), Experience("s2", 1, "copy"), Experience("s2", 2, "move"),
            Experience("s1", 90, "copy"), Experience("s1", 91, "index"), Experience("s3", 1, "copy"), Experience("s2", 3, "move") with { ActionJson = """{"size":1}""" },
        ];

        var runs = ActionRuns.Of(experiences);

        Assert.Equal(["copy move scan", "copy index", "copy move"], runs.Select(run => string.Join(' ', run.Select(step => step.Action))));
        Assert.Equal([0, 2, 1], runs[0].Select(step => step.Row));
    }

    private static Experience Experience(string session, int minute, string action) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Stream = "s",
        Timestamp = Noon.AddMinutes(minute),
        Success = true,
        ContextJson = $$"""{"session_id":"{{session}}"}""",
        ActionJson = $$"""{"action_type":"{{action}}"}""",
    };

    /// <summary>Places where a sequence may end.</summary>
    private static int[] Ends(ImmutableArray<Step> run, ImmutableArray<string> actions, int gap)
    {
        int[] ends = [.. Enumerable.Range(0, run.Length).Where(place => run[place].Action == actions[0])];
        foreach (var action in actions.Skip(1)) { ends = [.. ends.SelectMany(end => Enumerable.Range(end + 1, gap + 1)).Distinct().Where(place => place < run.Length && run[place].Action == action)]; }
        return ends;
    }

    private static (ImmutableArray<ImmutableArray<Step>> Runs, ImmutableArray<bool> Success) Make(int count, int length, Random random, Action<string[], bool[]> change)
    {
        var (runs, success) = (ImmutableArray.CreateBuilder<ImmutableArray<Step>>(), new List<bool>());
        for (var i = 0; i < count; i++)
        {
            string[] actions = [.. Enumerable.Range(0, length).Select(_ => Actions[random.Next(Actions.Length)])];
            bool[] outcomes = [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() < 0.9)];
            change(actions, outcomes);
            runs.Add([.. actions.Select((action, place) => new Step(action, success.Count + place))]);
            success.AddRange(outcomes);
        }
        return (runs.ToImmutable(), [.. success]);
    }
}
