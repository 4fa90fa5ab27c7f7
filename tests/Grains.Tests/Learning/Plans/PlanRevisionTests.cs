using System.Collections.Immutable;
using CsCheck;

namespace NexusActors.Learning.Plans;

/// <summary>Planning anew: what was, stays; what goes on, goes on; the rest keeps every rule from a day on.</summary>
public sealed class PlanRevisionTests
{
    private static readonly DateOnly Monday = new(2027, 3, 1);
    private static readonly SearchLimits Quick = new() { SchedulesMax = 2_000, ProofMax = 0.5 };

    /// <summary>A plan, some weeks of it behind: goals that were to begin before are finished or in progress, as chance will have it.</summary>
    private static readonly Gen<(PlanBasis Basis, StrategicPlan Plan, PlanChange Change)> Cases = Gen.Select(Gen.Int[2, 9], Gen.ULong, (count, seed) =>
    {
        var random = new Xoshiro256(seed);
        var spec = new PlanSpec
        {
            Start = Monday,
            Samples = 100,
            Goals =
            [
                .. Enumerable.Range(0, count).Select(i => new PlanGoal
                {
                    Id = $"g{i}",
                    Priority = 1 + random.Next(5),
                    Dependencies = [.. Enumerable.Range(0, i).Where(_ => random.Next(3) == 0).Select(before => $"g{before}")],
                    EffortDays = new(1 + random.Next(3), 4 + random.Next(3), 8 + random.Next(9)),
                    Resources = random.Next(2) == 0 ? ImmutableSortedDictionary<string, int>.Empty : ImmutableSortedDictionary<string, int>.Empty.Add("qa", 1 + random.Next(3)),
                    Cost = new(10, 20, 60),
                    Deadline = random.Next(4) == 0 ? Monday.AddDays(10 + random.Next(60)) : null,
                }),
            ],
            Constraints = new()
            {
                TimelineWeeks = random.Next(2) == 0 ? null : 1 + random.Next(10),
                TeamSizes = new Dictionary<string, int> { [Teams.Default] = 1 + random.Next(2), ["qa"] = 3 + random.Next(2) }.ToImmutableSortedDictionary(StringComparer.Ordinal),
                DayRates = new Dictionary<string, double> { [Teams.Default] = 800 }.ToImmutableSortedDictionary(StringComparer.Ordinal),
            },
        };
        var basis = PlanBasis.First(spec, Monday);
        var plan = StrategicPlanner.Plan(basis.ToRequest(), Quick).Plan!;
        var from = Monday.AddDays(random.Next(40));
        PlannedGoal[] begun = [.. plan.Goals.Where(goal => goal.Start < from)];
        PlannedGoal[] finished = [.. begun.Where(_ => random.Next(3) > 0)];
        return (basis, plan, new PlanChange
        {
            From = from,
            Finished = [.. finished.Select(goal => new FinishedGoal(goal.Goal.Id, random.Next(2) == 0 ? null : goal.Start, goal.Finish < from && random.Next(2) == 0 ? goal.Finish : null, random.Next(2) == 0 ? null : random.Next(9_000)))],
            InProgress = [.. begun.Except(finished).Where(_ => random.Next(2) == 0).Select(goal => new StartedGoal(goal.Goal.Id, null, random.Next(2) == 0 ? null : new(1, 2, 5)))],
        });
    });

    [Fact]
    public void Plan_AnyRevision_FinishedNeverMoveAndTheRestKeepsEveryRule() => Cases.Sample((basis, plan, change) =>
    {
        var (next, faults) = PlanRevision.Of(basis, plan, change, Monday);
        Assert.Empty(faults);
        var revised = StrategicPlanner.Plan(next.ToRequest(), Quick).Plan!;
        var goals = revised.Goals.ToDictionary(goal => goal.Goal.Id);
        var calendar = new WorkCalendar(Monday);
        var first = WorkCalendar.Days(Math.Max(0, calendar.SlotsBefore(change.From!.Value)));

        foreach (var told in next.Progress)
        {
            Assert.Equal(told.Finished is null ? GoalState.InProgress : GoalState.Finished, goals[told.GoalId].State);
            Assert.Equal(told.Started, goals[told.GoalId].Start);
            if (told.Finished is { } last) { Assert.Equal((last, last, false), (goals[told.GoalId].Finish, goals[told.GoalId].FinishP80, goals[told.GoalId].IsCritical)); }
            if (told.Cost is { } cost) { Assert.Equal(cost, goals[told.GoalId].Cost, 6); }
        }
        Assert.Equal(change.Finished.Length, revised.Goals.Count(goal => goal.State == GoalState.Finished));
        PlannedGoal[] open = [.. revised.Goals.Where(goal => goal.State != GoalState.Finished)];
        foreach (var goal in open)
        {
            if (goal.State == GoalState.Planned)
            {
                Assert.True(goal.StartDay >= first && goal.Start >= change.From);
                Assert.All(goal.Goal.Dependencies, before => Assert.True(goals[before].FinishDay <= goal.StartDay));
            }
            foreach (var (team, size) in basis.Spec.Constraints.TeamSizes)
            {
                var at = Math.Max(first, goal.StartDay);
                var used = open.Where(other => Math.Max(first, other.StartDay) <= at && at < other.FinishDay).Sum(other => other.Resources.GetValueOrDefault(team));
                Assert.True(used <= size || revised.Assumptions.Any(text => text.Contains("they wait", StringComparison.Ordinal)), $"{used} of {size} {team}");
            }
        }
        Assert.Equal(revised.Cost, revised.Weeks[^1].CumulativeCost, 6);
        Assert.DoesNotContain(revised.CriticalPath, id => goals[id].State == GoalState.Finished);
        Assert.DoesNotContain(revised.Risk.Drivers, driver => goals[driver.GoalId].State == GoalState.Finished);
    }, iter: 60, threads: 1);

    [Fact]
    public void Plan_GoalInProgress_GoesOnAtOnceAndKeepsItsTeam()
    {
        // Alone, the long one would better wait: the short one has two successors. But somebody is at it.
        var basis = PlanBasis.First(new() { Start = Monday, Goals = [Goal("long", 10), Goal("short", 1)], Constraints = One }, Monday);
        var plan = StrategicPlanner.Plan(basis.ToRequest(), Quick).Plan!;
        var (next, faults) = PlanRevision.Of(basis, plan, new() { From = Monday.AddDays(7), InProgress = [new("long", Monday, ThreePoint.Exactly(4))] }, Monday);

        Assert.Empty(faults);
        var revised = StrategicPlanner.Plan(next.ToRequest(), Quick).Plan!;
        Assert.Equal((0.0, 9.0, Monday), (revised.Goals[0].StartDay, revised.Goals[0].FinishDay, revised.Goals[0].Start));
        Assert.Equal((9.0, 10.0), (revised.Goals[1].StartDay, revised.Goals[1].FinishDay));
    }

    [Fact]
    public void Plan_TeamHasBecomeTooSmallForAllInProgress_TheMoreImportantGoesOnAndItIsSaid()
    {
        var goals = ImmutableArray.Create(Goal("a", 10), Goal("b", 10) with { Priority = 5 });
        var basis = PlanBasis.First(new() { Start = Monday, Goals = goals }, Monday);
        var plan = StrategicPlanner.Plan(basis.ToRequest(), Quick).Plan!;
        var (next, _) = PlanRevision.Of(basis, plan, new() { From = Monday.AddDays(7), Constraints = One, InProgress = [new("a", null, null), new("b", null, null)] }, Monday);

        var revised = StrategicPlanner.Plan(next.ToRequest(), Quick).Plan!;
        Assert.Equal((15.0, 10.0), (revised.Goals[0].FinishDay, revised.Goals[1].FinishDay));
        Assert.Contains(revised.Assumptions, text => text.EndsWith("so that they wait: a.", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_NextRevision_KeepsWhatWasToldAndCountsTheDaysSince()
    {
        var basis = PlanBasis.First(new() { Start = Monday, Goals = [Goal("done", 2), Goal("going", 10), Goal("new", 1)] }, Monday);
        var plan = StrategicPlanner.Plan(basis.ToRequest(), Quick).Plan!;
        var (second, _) = PlanRevision.Of(basis, plan, new() { From = Monday.AddDays(2), Finished = [new("done", null, null, 7)], InProgress = [new("going", null, ThreePoint.Exactly(8))] }, Monday);
        var (third, faults) = PlanRevision.Of(second, StrategicPlanner.Plan(second.ToRequest(), Quick).Plan!, new() { }, Monday.AddDays(7));

        Assert.Empty(faults);
        Assert.Equal(Monday.AddDays(7), third.From);
        Assert.Equal(
            [new("done", Monday, Monday.AddDays(1), null, 7), new GoalProgress("going", Monday, null, ThreePoint.Exactly(5), null)],
            third.Progress.OrderBy(goal => goal.GoalId));
    }

    [Fact]
    public void Of_ManyFaults_NamesEach()
    {
        var basis = PlanBasis.First(new() { Start = Monday, Goals = [Goal("a", 2), Goal("b", 2)] }, Monday);
        var plan = StrategicPlanner.Plan(basis.ToRequest(), Quick).Plan!;

        var (_, faults) = PlanRevision.Of(
            basis,
            plan,
            new()
            {
                From = Monday.AddDays(-1),
                Constraints = new() { Budget = -1 },
                Finished = [new("x", null, null, null), new("a", Monday.AddDays(3), Monday.AddDays(2), -1)],
                InProgress = [new("a", null, null), new("b", Monday.AddDays(1), new(2, 1, 3))],
            },
            Monday);

        Assert.Equal(
            ["from", "constraints.budget", "finished[0].id", "finished[1].finished_on", "finished[1].started_on", "finished[1].cost", "in_progress[0].id", "in_progress[1].started_on", "in_progress[1].remaining_days"],
            faults.Select(fault => fault.Field));
    }

    [Theory]
    [InlineData("0001-01-01")]
    [InlineData("9999-12-31")]
    public void Of_DayThatCannotBe_IsOneFault(string from)
    {
        var basis = PlanBasis.First(new() { Start = Monday, Goals = [Goal("a", 2), Goal("b", 2)] }, Monday);
        var plan = StrategicPlanner.Plan(basis.ToRequest(), Quick).Plan!;

        var (_, faults) = PlanRevision.Of(basis, plan, new() { From = DateOnly.Parse(from, null), Finished = [new("a", null, null, null)], InProgress = [new("b", DateOnly.MinValue, null)] }, Monday);

        Assert.Equal("from", Assert.Single(faults).Field);
    }

    private static PlanConstraints One { get; } = new() { TeamSizes = ImmutableSortedDictionary<string, int>.Empty.Add(Teams.Default, 1) };

    private static PlanGoal Goal(string id, double days) => new() { Id = id, EffortDays = ThreePoint.Exactly(days) };
}
