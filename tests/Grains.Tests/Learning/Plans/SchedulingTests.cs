using System.Collections.Immutable;
using CsCheck;

namespace NexusActors.Learning.Plans;

/// <summary>Schedules keep every rule, justification never lengthens, bounds are bounds.</summary>
public sealed class SchedulingTests
{
    [Fact]
    public void Decode_AnyListOfAnyProject_KeepsEveryRule() => Gen.Select(Projects.Any, Gen.ULong).Sample((project, seed) =>
    {
        var (decoder, list, ends) = (new Justification(project), new int[project.Count], new int[project.Count]);
        new ActivityLists(project).Sample(new(seed), list);

        var length = decoder.Decode(list, ends);

        var starts = Projects.Starts(project, ends);
        Assert.Empty(project.Faults(starts));
        Assert.Equal(project.Length(starts.AsSpan()), length);
    });

    [Fact]
    public void Improve_AnySchedule_NeverLengthensAndKeepsEveryRule() => Gen.Select(Projects.Any, Gen.ULong).Sample((project, seed) =>
    {
        var (decoder, list, ends) = (new Justification(project), new int[project.Count], new int[project.Count]);
        new ActivityLists(project).Sample(new(seed), list);
        var length = decoder.Decode(list, ends);

        var shorter = decoder.Improve(ends, length);

        var starts = Projects.Starts(project, ends);
        Assert.True(shorter <= length);
        Assert.Empty(project.Faults(starts));
        Assert.Equal(project.Length(starts.AsSpan()), shorter);
    });

    [Fact]
    public void Decode_FixedActivities_StandWhereTheyAreAndJustificationNeverLengthens() => Gen.Select(Projects.Begun, Gen.ULong).Sample((project, seed) =>
    {
        var (decoder, list, ends) = (new Justification(project), new int[project.Count], new int[project.Count]);
        new ActivityLists(project).Sample(new(seed), list);

        var length = decoder.Decode(list, ends);
        Assert.Empty(project.Faults(Projects.Starts(project, ends)));
        var shorter = decoder.Improve(ends, length);

        var starts = Projects.Starts(project, ends);
        Assert.Empty(project.Faults(starts));
        Assert.True(shorter <= length);
        Assert.Equal(project.Length(starts.AsSpan()), shorter);
        Assert.All(Enumerable.Range(0, project.Count).Where(i => project.Activities[i].IsFixed), i => Assert.Equal(project.Activities[i].Head, starts[i]));
    });

    [Fact]
    public void Improve_FixedActivitiesInTheWay_LeavesTheScheduleAsItWas()
    {
        // Backward the fixed ones are placed freely; the list that comes of it takes 12 slots forward.
        var project = new Project(
            [
                new() { Id = "a0", Duration = 3, Demands = [1] }, new() { Id = "f1", Duration = 3, Demands = [2], Head = 1, IsFixed = true }, new() { Id = "f2", Duration = 1, Demands = [1], Head = 4, IsFixed = true },
                new() { Id = "a3", Duration = 2, Demands = [1] }, new() { Id = "a4", Duration = 2, Demands = [1], Predecessors = [3] }, new() { Id = "a5", Duration = 1, Demands = [2], Predecessors = [0] },
                new() { Id = "f6", Duration = 2, Demands = [1], Head = 6, IsFixed = true },
            ],
            [2]);
        var (decoder, ends) = (new Justification(project), new int[7]);
        var length = decoder.Decode([3, 0, 1, 6, 4, 2, 5], ends);

        Assert.Equal((11, 11), (length, decoder.Improve(ends, length)));
        Assert.Equal([8, 4, 5, 6, 10, 11, 8], ends);
    }

    [Fact]
    public void Project_FixedActivitiesThatDoNotFit_AreRefused()
    {
        Activity[] two = [new() { Id = "a", Duration = 3, Demands = [1], IsFixed = true }, new() { Id = "b", Duration = 3, Head = 2, Demands = [1], IsFixed = true }];
        Assert.Contains("slot 2", Assert.Throws<ArgumentException>(() => new Project([.. two], [1])).Message, StringComparison.Ordinal);
        Assert.Empty(new Project([.. two], [2]).Faults([0, 2]));
        Assert.NotEmpty(new Project([.. two], [2]).Faults([0, 3]));
    }

    [Fact]
    public void Exact_SmallProjectsThatHaveBegun_IsTheShortestAndProven() => Projects.SmallBegun.Sample(project =>
    {
        var answer = ExactSearch.Solve(new() { Project = project, UpperBound = project.Horizon + project.Activities.Max(activity => activity.Tail), WorkMax = 10 });

        Assert.Equal(ExactStatus.Optimal, answer.Status);
        Assert.Equal(Projects.Shortest(project), answer.LowerBound);
        Assert.Empty(project.Faults(answer.Starts));
    }, iter: 40, threads: 1);

    [Fact]
    public void Improve_ListThatWastes_Shortens()
    {
        // The long job waits for the second; the first in the list need not come first.
        var project = new Project(
            [new() { Id = "first", Duration = 1, Demands = [1] }, new() { Id = "second", Duration = 1, Demands = [1] }, new() { Id = "long", Duration = 5, Predecessors = [1] }],
            [1]);
        var (decoder, ends) = (new Justification(project), new int[3]);
        var length = decoder.Decode([0, 1, 2], ends);

        Assert.Equal((7, 6), (length, decoder.Improve(ends, length)));
    }

    [Fact]
    public void ListOf_AScheduleThatWasDecoded_GivesItAgain() => Gen.Select(Projects.Any, Gen.ULong).Sample((project, seed) =>
    {
        var (decoder, list, ends, again) = (new Justification(project), new int[project.Count], new int[project.Count], new int[project.Count]);
        new ActivityLists(project).Sample(new(seed), list);
        var length = decoder.Improve(ends, decoder.Decode(list, ends));

        decoder.ListOf(ends, length, list);

        Assert.Equal(length, decoder.Decode(list, again));
        Assert.Equal(ends, again);
    });

    [Fact]
    public void CrossAndMutate_AnyLists_KeepPrecedence() => Gen.Select(Projects.Any, Gen.ULong).Sample((project, seed) =>
    {
        var (lists, random) = (new ActivityLists(project), new Xoshiro256(seed));
        var (mother, father, child) = (new int[project.Count], new int[project.Count], new int[project.Count]);
        lists.Sample(random, mother);
        lists.Sample(random, father);

        lists.Cross(random, mother, father, child);
        AssertIsList(project, child);
        lists.Mutate(random, child);
        AssertIsList(project, child);
    });

    [Fact]
    public void LowerBounds_SmallProjects_AreAtMostTheShortest() =>
        Projects.Small.Sample(project => LowerBounds.Of(project).Best <= Projects.Shortest(project));

    [Fact]
    public void LowerBounds_OneResourceOfOne_CountItsEnergy()
    {
        var project = new Project([new() { Id = "a", Duration = 3, Demands = [1], Head = 2 }, new() { Id = "b", Duration = 4, Demands = [1], Head = 2, Tail = 1 }], [1]);
        Assert.Equal(new LowerBounds(7, 9), LowerBounds.Of(project));
    }

    [Fact]
    public void Genetic_SmallProjects_FindsTheShortest() => Gen.Select(Projects.Small, Gen.ULong).Sample((project, seed) =>
    {
        var search = new GeneticSearch(project, seed) { Population = 20, Patience = 200 };
        search.Run(0, () => search.Schedules > 3_000, () => { });

        Assert.Equal(Projects.Shortest(project), search.BestLength);
        Assert.Empty(project.Faults(search.Best));
    }, iter: 60);

    [Fact]
    public void Exact_SmallProjects_IsTheShortestAndProven() => Projects.Small.Sample(project =>
    {
        var answer = ExactSearch.Solve(new() { Project = project, UpperBound = project.Horizon + project.Activities.Max(activity => activity.Tail), WorkMax = 10 });

        Assert.Equal(ExactStatus.Optimal, answer.Status);
        Assert.Equal(Projects.Shortest(project), answer.LowerBound);
        Assert.Equal(answer.LowerBound, project.Length(answer.Starts.AsSpan()));
        Assert.Empty(project.Faults(answer.Starts));
    }, iter: 40, threads: 1);

    [Fact]
    public void Search_LargerProject_IsFeasibleReportsProgressAndRepeats()
    {
        var project = Projects.Seeded(25, 3, 11);
        List<SearchProgress> told = [];
        var limits = new SearchLimits { SchedulesMax = 6_000, ProofMax = 0.1, Seed = 7 };

        var found = ScheduleSearch.Run(project, limits, told.Add);

        Assert.Empty(project.Faults(found.Starts));
        Assert.Equal(project.Length(found.Starts.AsSpan()), found.Length);
        Assert.True(found.Bounds.Best <= found.LowerBound && found.LowerBound <= found.Length && found.Length <= found.GeneticLength);
        Assert.Equal((SearchStage.Bounds, SearchStage.Done), (told[0].Stage, told[^1].Stage));
        Assert.Equal((found.Length, found.LowerBound), (told[^1].Best, told[^1].LowerBound));
        for (var i = 1; i < told.Count; i++) { Assert.True(told[i].Best <= told[i - 1].Best && told[i].LowerBound >= told[i - 1].LowerBound); }
        Assert.Equal(found.Starts.AsEnumerable(), ScheduleSearch.Run(project, limits).Starts);
    }

    [Fact]
    public void Search_TimeIsOverAtOnce_StillHasASchedule()
    {
        var project = Projects.Seeded(12, 2, 12);
        var found = ScheduleSearch.Run(project, new() { Elapsed = () => TimeSpan.FromSeconds(9), TimeMax = TimeSpan.FromSeconds(1) });
        Assert.Empty(project.Faults(found.Starts));
    }

    [Fact]
    public void Search_Cancelled_EndsWithoutAnAnswer()
    {
        using var cancel = new CancellationTokenSource();
        var project = new Project([.. Enumerable.Range(0, 30).Select(i => new Activity { Id = $"a{i}", Duration = 2 + (i % 7), Demands = [1 + (i % 3)] })], [4]);
        Assert.ThrowsAny<OperationCanceledException>(() => ScheduleSearch.Run(project, new(), told => cancel.Cancel(), cancel.Token));
    }

    [Fact]
    public void Project_ActivitiesThatWaitForEachOther_NamesTheCycle()
    {
        var fault = Assert.Throws<ArgumentException>(() => new Project(
            [new() { Id = "free", Duration = 1 }, new() { Id = "x", Duration = 1, Predecessors = [2] }, new() { Id = "y", Duration = 1, Predecessors = [0, 1] }, new() { Id = "after", Duration = 1, Predecessors = [1] }],
            []));
        Assert.Contains("x → y → x", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cycle_AnyGraph_IsRealOrThereIsAnOrder() => Gen.Int[1, 8].SelectMany(count => Gen.Int[0, count - 1].Array[0, 2].Array[count]).Sample(graph =>
    {
        ImmutableArray<int> Before(int i) => [.. graph[i]];
        var cycle = Precedence.Cycle(graph.Length, Before);
        if (cycle.IsEmpty)
        {
            var order = Precedence.Order(graph.Length, Before)!;
            Assert.All(Enumerable.Range(0, graph.Length), i => Assert.All(graph[i], before => Assert.True(Array.IndexOf(order, before) < Array.IndexOf(order, i))));
            return;
        }
        Assert.Null(Precedence.Order(graph.Length, Before));
        Assert.Equal(cycle[0], cycle[^1]);
        for (var k = 1; k < cycle.Length; k++) { Assert.Contains(cycle[k], graph[cycle[k - 1]]); }
    });

    [Fact]
    public void Flow_AnyDurations_OrderKeepsEveryResource() => Gen.Select(Projects.Any, Gen.ULong).Sample((project, seed) =>
    {
        var (random, list, ends) = (new Xoshiro256(seed), new int[project.Count], new int[project.Count]);
        new ActivityLists(project).Sample(random, list);
        new Justification(project).Decode(list, ends);
        var flow = ResourceFlow.Of(project, Projects.Starts(project, ends));

        var other = new Project([.. project.Activities.Select(activity => activity with { Duration = activity.Duration == 0 ? 0 : 1 + random.Next(20) })], project.Capacities);
        var starts = new int[project.Count];
        foreach (var i in flow.Order) { starts[i] = flow.Incoming[i].Select(link => starts[link.Before] + other.Activities[link.Before].Duration).Append(other.Activities[i].Head).Max(); }

        Assert.Empty(other.Faults([.. starts]));
        Assert.All(flow.Slack, slack => Assert.True(slack >= 0));
        AssertIsChain(project, flow);
    });

    [Fact]
    public void PriorityOrder_AnySchedule_IsNoWorseAndBringsWhatMattersForward() => Gen.Select(Projects.Any, Gen.ULong).Sample((project, seed) =>
    {
        var (list, ends) = (new int[project.Count], new int[project.Count]);
        new ActivityLists(project).Sample(new(seed), list);
        var length = new Justification(project).Decode(list, ends);
        var given = Projects.Starts(project, ends);
        ImmutableArray<double> weights = [.. Enumerable.Range(0, project.Count).Select(i => (double)(1 << (i % 5)))];
        ImmutableArray<int> latest = [.. Enumerable.Repeat(project.Horizon / 2, project.Count)];

        var better = PriorityOrder.Improve(project, given, weights, latest, seed);

        Assert.Empty(project.Faults(better));
        Assert.True(project.Length(better.AsSpan()) <= length);
        Assert.True(better.Zip(weights).Sum(pair => pair.First * pair.Second) <= given.Zip(weights).Sum(pair => pair.First * pair.Second));
        Assert.All(Enumerable.Range(0, project.Count), i => Assert.True(better[i] + project.Activities[i].Duration <= Math.Max(latest[i], ends[i])));
    }, iter: 50);

    private static void AssertIsList(Project project, int[] list)
    {
        Assert.Equal(Enumerable.Range(0, project.Count), list.Order());
        Assert.All(Enumerable.Range(0, project.Count), i => Assert.All(project.Activities[i].Predecessors, before => Assert.True(Array.IndexOf(list, before) < Array.IndexOf(list, i))));
    }

    private static void AssertIsChain(Project project, ResourceFlow flow)
    {
        var path = flow.CriticalPath();
        Assert.Equal(project.Length(flow.Starts.AsSpan()), flow.Starts[path[^1]] + project.Activities[path[^1]].Duration + project.Activities[path[^1]].Tail);
        Assert.All(path, i => Assert.Equal(0, flow.Slack[i]));
        for (var k = 1; k < path.Length; k++) { Assert.Equal(flow.Starts[path[k]], flow.Starts[path[k - 1]] + project.Activities[path[k - 1]].Duration); }
    }
}
