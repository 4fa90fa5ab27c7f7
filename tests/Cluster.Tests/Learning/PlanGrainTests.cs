using System.Collections.Immutable;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Plans in a silo whose clock stands still: a search that is not proven ends when a test lets time pass.</summary>
public sealed class PlanGrainTests(SiloFixture silo) : SiloTests(silo)
{
    private static readonly DateOnly Monday = new(2027, 3, 1);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>A plan that is proven to be the shortest at once.</summary>
    private static readonly PlanSpec Small = new()
    {
        Start = Monday,
        Samples = 100,
        Goals = [Goal("a", 5), Goal("b", 5) with { Dependencies = ["a"] }, Goal("c", 2)],
        GoalsJson = """[{"id":"a"},{"id":"b"},{"id":"c"}]""",
    };

    /// <summary>A plan for which no proof is found in the time that the solver has.</summary>
    private static readonly PlanSpec Hard = Small with
    {
        SearchSeconds = 1,
        Goals = [.. Enumerable.Range(0, 150).Select(i => Goal($"g{i}", 1 + (i * 7919 % 13)) with
        {
            Dependencies = i > 9 ? [$"g{i * 31 % i}", $"g{i - 10 + (i * 7 % 9)}"] : [],
            Resources = ImmutableSortedDictionary<string, int>.Empty.Add("x", 1 + (i * 5 % 4)).Add("y", i * 11 % 6).Add("z", i * 3 % 5),
        })],
        Constraints = new() { TeamSizes = ImmutableSortedDictionary<string, int>.Empty.Add("x", 9).Add("y", 11).Add("z", 8) },
    };

    [Fact]
    public async Task Make_SameRequestManyTimesAtOnce_IsOnePlan()
    {
        var plan = Plan();
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => plan.MakeAsync(Small)));

        Assert.All(replies, reply => Assert.Empty(reply.Faults));
        var view = (await plan.GetAsync(0, Wait))!;
        Assert.Equal((PlanStatus.Ready, 1, 10.0), (view.Status, view.Version, view.Plan!.LengthDays));
        await RefusedAsync(NexusError.AlreadyExists, () => plan.MakeAsync(Small with { Seed = 2 }));
        Assert.Equal(["plan.made"], await EventsAsync(view.Id));
    }

    [Fact]
    public async Task Make_RequestWithFaults_StoresNothing()
    {
        var plan = Plan();
        var reply = await plan.MakeAsync(Small with { Goals = [Goal("a", 5) with { Dependencies = ["x"] }] });

        Assert.Equal("goals[0].depends_on", Assert.Single(reply.Faults).Field);
        Assert.Null(reply.View);
        Assert.Null(await plan.GetAsync(0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Get_AfterReload_IsTheSamePlan()
    {
        var plan = Plan();
        await plan.MakeAsync(Small);
        var before = (await plan.GetAsync(0, Wait))!;
        await Silo.DeactivateAsync(plan);

        var after = (await plan.GetAsync(0, TimeSpan.Zero))!;
        Assert.Equal((before.Status, before.Version, before.CreatedAt, before.MadeAt, before.Spec.GoalsJson), (after.Status, after.Version, after.CreatedAt, after.MadeAt, after.Spec.GoalsJson));
        Assert.Equal(before.Plan!.Goals.Select(goal => (goal.Goal.Id, goal.Start, goal.Finish, goal.SlackDays, goal.IsCritical)), after.Plan!.Goals.Select(goal => (goal.Goal.Id, goal.Start, goal.Finish, goal.SlackDays, goal.IsCritical)));
        Assert.Equal(before.Plan.Risk.FinishDays, after.Plan.Risk.FinishDays);
        foreach (var format in new[] { PlanFormat.Csv, PlanFormat.Ics, PlanFormat.Mermaid }) { Assert.NotEmpty((await plan.ExportAsync(1, format))!.Text); }
    }

    [Fact]
    public async Task Get_PlanningWasInterrupted_TakesItUpAgain()
    {
        var plan = Plan();
        var begun = (await plan.MakeAsync(Hard)).View!;
        Assert.Equal((PlanStatus.Planning, 0, null), (begun.Status, begun.Version, begun.Plan));
        await UntilAsync(async () => (await plan.GetAsync(0, TimeSpan.Zero))!.Progress is { BestDays: > 0, LowerBoundDays: > 0 }, "a schedule is found");

        await Silo.DeactivateAsync(plan);
        var listed = await Silo.Grains.GetGrain<IPlanCatalogGrain>(0).ListAsync(0, 100);
        Assert.Equal((PlanStatus.Planning, 150), listed.Plans.Where(one => one.Id == begun.Id).Select(one => (one.Status, one.Goals)).Single());

        await UntilAsync(async () => (await plan.GetAsync(0, TimeSpan.Zero))!.Progress is { BestDays: > 0 }, "a schedule is found again");
        var done = await FinishAsync(plan);
        Assert.Equal((1, true), (done.Version, done.Plan!.LowerBoundDays <= done.Plan.LengthDays));
        Assert.Equal(["plan.made"], await EventsAsync(begun.Id));
    }

    [Fact]
    public async Task Get_AnotherActivationWroteMeanwhile_ShowsWhatIsStoredAndNeverWhatWasLost()
    {
        var plan = Plan();
        var id = (await plan.MakeAsync(Hard)).View!.Id;
        var stored = StoredPlan.Read((await Silo.Ledger.FindDocumentAsync(StoredPlan.Kind, id))!);
        var (next, entry) = stored.Revise("other", stored.Head.Pending!, Silo.Clock.GetUtcNow());
        Assert.Equal(CommitOutcome.Done, Assert.Single(await Silo.Ledger.CommitAsync([entry])).Outcome);

        var view = await FinishAsync(plan);

        Assert.Equal((1, 1), (view.Version, view.NewestVersion));
        var after = StoredPlan.Read((await Silo.Ledger.FindDocumentAsync(StoredPlan.Kind, id))!);
        Assert.Equal([next.Document.Version + 1], after.Head.Versions.AsEnumerable());
        Assert.Equal(["plan.made"], await EventsAsync(id));
    }

    [Fact]
    public async Task Revise_GoalFinished_MakesTheNextVersionAndKeepsTheOlder()
    {
        var plan = Plan();
        await plan.MakeAsync(Small);
        var first = (await plan.GetAsync(0, Wait))!;
        var change = new PlanChange { From = Monday.AddDays(7), Finished = [new("a", Monday, Monday.AddDays(4), null)], IfVersion = 1 };
        await plan.ReviseAsync(change);
        var second = (await plan.GetAsync(0, Wait))!;

        Assert.Equal((2, Monday.AddDays(7), GoalState.Finished, Monday.AddDays(7)), (second.Version, second.From, second.Plan!.Goals[0].State, second.Plan.Goals[1].Start));
        Assert.Equal(2, (await plan.ReviseAsync(change)).View!.Version);
        Assert.Equal("if_version", (await RefusedAsync(NexusError.WrongState, () => plan.ReviseAsync(change with { Seed = 5 }))).Field);
        Assert.Equal(first.Plan!.Goals.Select(goal => goal.Start), (await plan.GetAsync(1, TimeSpan.Zero))!.Plan!.Goals.Select(goal => goal.Start));
        Assert.Null(await plan.GetAsync(3, TimeSpan.Zero));
        Assert.Equal(["plan.made", "plan.revised"], await EventsAsync(first.Id));

        await Silo.DeactivateAsync(plan);
        Assert.Equal(2, (await plan.ReviseAsync(change)).View!.Version);
    }

    [Fact]
    public async Task Revise_WhilePlanning_IsRefusedAndSoAreItsFiles()
    {
        var plan = Plan();
        await RefusedAsync(NexusError.NotFound, () => plan.ReviseAsync(new()));
        await plan.MakeAsync(Hard);

        await RefusedAsync(NexusError.WrongState, () => plan.ReviseAsync(new()));
        await RefusedAsync(NexusError.WrongState, () => plan.ExportAsync(0, PlanFormat.Csv));
        await FinishAsync(plan);
        Assert.StartsWith("id,", (await plan.ExportAsync(0, PlanFormat.Csv))!.Text, StringComparison.Ordinal);
    }

    private static PlanGoal Goal(string id, double days) => new() { Id = id, EffortDays = ThreePoint.Exactly(days) };

    private IPlanGrain Plan() => Silo.Grains.GetGrain<IPlanGrain>(Silo.NewName("p"));

    /// <summary>Lets the search come to its end by time, as often as it takes.</summary>
    private async Task<PlanView> FinishAsync(IPlanGrain plan)
    {
        PlanView? view = null;
        await UntilAsync(
            async () =>
            {
                Pass(1);
                view = await plan.GetAsync(0, TimeSpan.Zero);
                return view!.Status == PlanStatus.Ready;
            },
            "the plan is ready");
        return view!;
    }

    private async Task<string[]> EventsAsync(string id)
    {
        var page = await Silo.Ledger.ReadEventsAsync(0, new(), 100_000);
        return [.. page.Events.Where(happened => happened.Type.StartsWith("plan.", StringComparison.Ordinal) && happened.DataJson.Contains($"\"{id}\"", StringComparison.Ordinal)).Select(happened => happened.Type)];
    }
}
