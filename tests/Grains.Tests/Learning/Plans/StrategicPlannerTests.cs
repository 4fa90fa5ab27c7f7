using System.Collections.Immutable;
using CsCheck;

namespace NexusActors.Learning.Plans;

/// <summary>From goals to a plan: what it says must fit together, whatever was asked.</summary>
public sealed class StrategicPlannerTests
{
    private static readonly DateOnly Monday = new(2027, 3, 1);
    private static readonly SearchLimits Quick = new() { SchedulesMax = 2_000, ProofMax = 0.5 };

    private static readonly Gen<PlanRequest> Requests = Gen.Select(Gen.Int[1, 8], Gen.ULong, (count, seed) =>
    {
        var random = new Xoshiro256(seed);
        return new PlanRequest
        {
            Start = Monday.AddDays(random.Next(20)),
            Samples = 200,
            Seed = (int)(seed >> 33),
            Goals =
            [
                .. Enumerable.Range(0, count).Select(i => new PlanGoal
                {
                    Id = $"g{i}",
                    Priority = 1 + random.Next(5),
                    Dependencies = [.. Enumerable.Range(0, i).Where(_ => random.Next(4) == 0).Select(before => $"g{before}")],
                    EffortDays = random.Next(3) == 0 ? null : new(1 + random.Next(3), 4 + random.Next(3), 8 + random.Next(9)),
                    Complexity = random.Next(2) == 0 ? null : random.NextUnit(),
                    RequiresSpecialist = random.Next(3) == 0,
                    Resources = random.Next(2) == 0 ? ImmutableSortedDictionary<string, int>.Empty : ImmutableSortedDictionary<string, int>.Empty.Add("qa", 1 + random.Next(3)),
                    Cost = new(random.Next(100), 100 + random.Next(100), 200 + random.Next(300)),
                    Deadline = random.Next(5) == 0 ? Monday.AddDays(10 + random.Next(60)) : null,
                    NotBefore = random.Next(6) == 0 ? Monday.AddDays(random.Next(30)) : null,
                }),
            ],
            Constraints = new()
            {
                Budget = random.Next(2) == 0 ? null : 50 * random.Next(100),
                TimelineWeeks = random.Next(2) == 0 ? null : 1 + random.Next(10),
                TeamSizes = new Dictionary<string, int> { [Teams.Default] = 1 + random.Next(3), ["qa"] = 1 + random.Next(4) }.ToImmutableSortedDictionary(StringComparer.Ordinal),
                DayRates = new Dictionary<string, double> { [Teams.Default] = 800, [Teams.Specialist] = 1_500 }.ToImmutableSortedDictionary(StringComparer.Ordinal),
            },
        };
    });

    [Fact]
    public void Plan_AnyRequest_KeepsDependenciesTeamsAndSums() => Requests.Sample(request =>
    {
        var plan = StrategicPlanner.Plan(request, Quick).Plan!;
        var goals = plan.Goals.ToDictionary(goal => goal.Goal.Id);

        foreach (var goal in plan.Goals)
        {
            Assert.All(goal.Goal.Dependencies, before => Assert.True(goals[before].FinishDay <= goal.StartDay && goals[before].Phase < goal.Phase));
            Assert.True(goal.Goal.NotBefore is not { } first || goal.Start >= first);
            Assert.True(goal.FinishDay - goal.StartDay >= goal.Effort.Days.Mean - 1e-9);
            foreach (var (team, size) in request.Constraints.TeamSizes)
            {
                var used = plan.Goals.Where(other => other.StartDay <= goal.StartDay && goal.StartDay < other.FinishDay).Sum(other => other.Resources.GetValueOrDefault(team));
                Assert.True(used <= Math.Max(size, plan.Goals.Max(other => other.Resources.GetValueOrDefault(team))));
            }
        }
        Assert.Equal(plan.LengthDays, plan.Goals.Max(goal => goal.FinishDay));
        Assert.Equal(plan.Finish, plan.Goals.Max(goal => goal.Finish));
        Assert.True(plan.LowerBoundDays <= plan.LengthDays);
        Assert.Equal(plan.Cost, plan.Weeks[^1].CumulativeCost, 6);
        Assert.Equal(plan.Cost, plan.Phases.Sum(phase => phase.Cost), 6);
        Assert.All(plan.TeamUses, team => Assert.Equal(team.UnitDays, plan.Weeks.Sum(week => week.UnitDays[team.Team]), 6));
        Assert.All(plan.TeamUses, team => Assert.Equal(team.Peak, plan.Weeks.Max(week => week.Peak[team.Team])));
        Assert.All(plan.CriticalPath, id => Assert.True(goals[id].IsCritical));
        Assert.Equal(plan.LengthDays, goals[plan.CriticalPath[^1]].FinishDay);
    }, iter: 60, threads: 1);

    [Fact]
    public void Plan_AnyRequest_NamesExactlyTheConstraintsThatItBreaks() => Requests.Sample(request =>
    {
        var plan = StrategicPlanner.Plan(request, Quick).Plan!;

        List<string> expected = [];
        if (plan.Cost > request.Constraints.Budget) { expected.Add("budget"); }
        if (plan.LengthDays > request.Constraints.TimelineWeeks * 5) { expected.Add("timeline_weeks"); }
        expected.AddRange(plan.Goals.Where(goal => goal.FinishDay > goal.StartDay && goal.Finish > goal.Goal.Deadline).Select(goal => $"goals.{goal.Goal.Id}.deadline"));
        expected.AddRange(request.Constraints.TeamSizes.Where(team => plan.Goals.Any(goal => goal.Resources.GetValueOrDefault(team.Key) > team.Value)).Select(team => $"team_sizes.{team.Key}"));
        Assert.Equal(expected.Order(), plan.Breaches.Select(breach => breach.Constraint).Order());
        Assert.All(plan.Breaches, breach => Assert.True(breach.Planned > breach.Limit));
    }, iter: 40, threads: 1);

    [Fact]
    public void Plan_SameRequest_SamePlan()
    {
        var request = Chain(3) with { Constraints = Chain(3).Constraints with { Budget = 1 } };
        var (one, again) = (StrategicPlanner.Plan(request, Quick).Plan!, StrategicPlanner.Plan(request, Quick).Plan!);
        Assert.Equal(PlanCsv.Write(one), PlanCsv.Write(again));
        Assert.Equal(one.Risk.FinishDays, again.Risk.FinishDays);
    }

    [Fact]
    public void Plan_GoalsThatDependOnEachOther_IsAFaultThatNamesTheCycle()
    {
        var outcome = StrategicPlanner.Plan(
            new() { Start = Monday, Goals = [new() { Id = "a" }, new() { Id = "b", Dependencies = ["d", "a"] }, new() { Id = "c", Dependencies = ["b"] }, new() { Id = "d", Dependencies = ["c"] }] },
            Quick);

        Assert.Null(outcome.Plan);
        var fault = Assert.Single(outcome.Faults);
        Assert.Equal(["b", "d", "c", "b"], fault.Cycle.AsEnumerable());
        Assert.Equal("goals[1].depends_on", fault.Field);
        Assert.Contains("b → d → c → b", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_ManyFaults_NamesEach()
    {
        var outcome = StrategicPlanner.Plan(
            new()
            {
                Start = Monday,
                Samples = 0,
                Goals = [new() { Id = "a", Priority = 9, EffortDays = new(3, 2, 1) }, new() { Id = "a", Dependencies = ["x"], Complexity = double.NaN, Cost = new(-1, 0, 0) }],
                Constraints = new() { Budget = -1, TimelineWeeks = 0, TeamSizes = ImmutableSortedDictionary<string, int>.Empty.Add("qa", -1) },
            },
            Quick);

        Assert.Equal(
            ["samples", "goals", "goals[0].priority", "goals[0].effort_days", "goals[1].complexity", "goals[1].cost", "goals[1].depends_on", "constraints.budget", "constraints.timeline_weeks", "constraints.team_sizes.qa"],
            outcome.Faults.Select(fault => fault.Field));
    }

    [Fact]
    public void Plan_TooLittleTime_NamesWhatWouldDo()
    {
        // Three goals of five days for a team of one: three weeks. With a team of three: one week.
        var request = Parallel(3) with { Constraints = Parallel(3).Constraints with { TimelineWeeks = 1 } };

        var plan = StrategicPlanner.Plan(request, Quick).Plan!;

        var breach = Assert.Single(plan.Breaches);
        Assert.Equal(("timeline_weeks", 1.0, 3.0, 3.0, true), (breach.Constraint, breach.Limit, breach.Planned, breach.Smallest!.Value, breach.IsProven));
        Assert.Equal([new TeamRelaxation(Teams.Default, 1, 3, true)], plan.TeamRelaxations.AsEnumerable());
        Assert.Equal(10, plan.AllDatesLaterDays);
        Assert.True(plan.IsShortest);
        Assert.Equal(0, plan.Risk.Chances[^1].Chance);
    }

    [Fact]
    public void Plan_GoalDeadlineThatTheShortestBreaks_IsKeptAtTheCostOfLength()
    {
        // The long chain first would be shortest; the urgent goal must not wait for it.
        var request = new PlanRequest
        {
            Start = Monday,
            Goals =
            [
                new() { Id = "long", EffortDays = ThreePoint.Exactly(10), Priority = 5 },
                new() { Id = "after", EffortDays = ThreePoint.Exactly(10), Dependencies = ["long"], Resources = ImmutableSortedDictionary<string, int>.Empty.Add("other", 1) },
                new() { Id = "urgent", EffortDays = ThreePoint.Exactly(5), Priority = 1, Deadline = Monday.AddDays(4) },
            ],
            Constraints = new() { TeamSizes = ImmutableSortedDictionary<string, int>.Empty.Add(Teams.Default, 1) },
        };

        var plan = StrategicPlanner.Plan(request, Quick).Plan!;

        Assert.Empty(plan.Breaches);
        Assert.Equal((Monday.AddDays(4), 25.0), (plan.Goals[2].Finish, plan.LengthDays));
        Assert.Equal(20, StrategicPlanner.Plan(request with { Goals = request.Goals.SetItem(2, request.Goals[2] with { Deadline = null }) }, Quick).Plan!.LengthDays);
    }

    [Fact]
    public void Plan_EquallyShort_HigherPriorityComesFirst()
    {
        var request = Parallel(3);
        var plan = StrategicPlanner.Plan(request with { Goals = [.. request.Goals.Select((goal, i) => goal with { Priority = 1 + i })] }, Quick).Plan!;
        Assert.Equal([10, 5, 0], plan.Goals.Select(goal => goal.StartDay));
        Assert.Equal([new TeamHandover("g2", Teams.Default)], plan.Goals[1].WaitsForTeams.AsEnumerable());
    }

    [Fact]
    public void Plan_NothingIsSaid_SaysWhatItAssumes()
    {
        var plan = StrategicPlanner.Plan(new() { Start = Monday, Goals = [new() { Id = "a", Complexity = 1 }, new() { Id = "b", RequiresSpecialist = true }] }, Quick).Plan!;

        Assert.Contains("derived from complexity 1: most likely 2 · 20^1 = 40 working days", plan.Goals[0].Effort.Basis, StringComparison.Ordinal);
        Assert.Contains(plan.Assumptions, text => text.Contains("'specialist' is not given", StringComparison.Ordinal));
        Assert.Contains(plan.Assumptions, text => text.Contains("a, b; each goal says how", StringComparison.Ordinal));
        Assert.Equal([1, 2], plan.TeamUses.Select(team => team.Peak));
        Assert.Equal(2, plan.Goals.Count(goal => goal.StartDay == 0));
    }

    [Fact]
    public void Plan_Cancelled_Ends()
    {
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => StrategicPlanner.Plan(Parallel(20), new(), told => cancel.Cancel(), cancel.Token));
    }

    /// <summary>Goals of five days each, for a team of one.</summary>
    private static PlanRequest Parallel(int count) => new()
    {
        Start = Monday,
        Goals = [.. Enumerable.Range(0, count).Select(i => new PlanGoal { Id = $"g{i}", EffortDays = new(4, 5, 6) })],
        Constraints = new() { TeamSizes = ImmutableSortedDictionary<string, int>.Empty.Add(Teams.Default, 1) },
    };

    private static PlanRequest Chain(int count) =>
        Parallel(count) with { Goals = [.. Parallel(count).Goals.Select((goal, i) => goal with { Dependencies = i > 0 ? [$"g{i - 1}"] : [], Cost = new(1, 2, 3) })] };
}
