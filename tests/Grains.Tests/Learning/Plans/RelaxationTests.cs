using System.Collections.Immutable;
using CsCheck;

namespace NexusActors.Learning.Plans;

/// <summary>Relaxations are the smallest, by trying everything on small projects.</summary>
public sealed class RelaxationTests
{
    private static readonly Gen<(Project Project, ImmutableArray<DateLimit> Limits)> Cases = Gen.Select(Gen.Int[2, 5], Gen.Int[1, 2], Gen.ULong, Gen.Int[0, 30], Gen.Int[0, 30], (count, resources, seed, project, one) =>
        (Projects.Seeded(count, resources, seed), ImmutableArray.Create<DateLimit>(new("deadline", null, project, null), new("goal", 0, one, null))));

    [Fact]
    public void Feasible_SmallProjects_IsWhatTryingSays() => Cases.Sample((project, limits) =>
    {
        var (can, starts) = Relax(project, limits).Feasible();

        Assert.Equal(Projects.Schedules(project).Any(ends => Keeps(ends, limits)), can);
        if (can == true)
        {
            Assert.Empty(project.Faults(starts));
            Assert.True(Keeps(Ends(project, starts), limits));
        }
    }, iter: 50, threads: 1);

    [Fact]
    public void OfDate_SmallProjects_IsTheSmallest() => Cases.Sample((project, limits) =>
    {
        for (var which = 0; which < limits.Length; which++)
        {
            var others = limits.RemoveAt(which);
            int? least = Projects.Schedules(project).Where(ends => Keeps(ends, others)).Select(ends => (int?)EndOf(ends, limits[which])).Min();
            Assert.Equal(new(least, true), Relax(project, limits).OfDate(which, Some(project)));
        }
    }, iter: 50, threads: 1);

    [Fact]
    public void OfAllDates_SmallProjects_IsTheSmallest() => Cases.Sample((project, limits) =>
    {
        var least = Projects.Schedules(project).Min(ends => limits.Max(limit => EndOf(ends, limit) - limit.EndMax));
        var found = Relax(project, limits).OfAllDates(Some(project));
        Assert.True(found.IsProven);
        Assert.Equal(Math.Max(least, 0), Math.Max(found.Value!.Value, 0));
    }, iter: 50, threads: 1);

    [Fact]
    public void OfTeam_SmallProjects_IsTheSmallest() => Cases.Sample((project, limits) =>
    {
        var enough = Enumerable.Range(0, project.Count).Sum(i => project.Demand(i, 0));
        int? least = null;
        for (var capacity = project.Capacities[0] + 1; capacity <= enough && least is null; capacity++)
        {
            var larger = new Project(project.Activities, project.Capacities.SetItem(0, capacity));
            if (Projects.Schedules(larger).Any(ends => Keeps(ends, limits))) { least = capacity; }
        }
        Assert.Equal(new(least, true), Relax(project, limits).OfTeam(0));
    }, iter: 50, threads: 1);

    [Fact]
    public void Relaxation_TimeIsOver_AsksNothingAndClaimsNoProof()
    {
        // Two of three slots each for a team of one, which by arithmetic alone could be in time.
        var project = new Project([new() { Id = "a", Duration = 3, Demands = [2] }, new() { Id = "b", Duration = 3, Demands = [2] }], [3]);
        ImmutableArray<DateLimit> limits = [new("deadline", null, 4, null)];

        Assert.Equal(false, Relax(project, limits).Feasible().Can);
        var over = new Relaxation(project, limits, 10, 1, default) { IsOver = () => true };
        Assert.Null(over.Feasible().Can);
        Assert.Equal(new(null, false), over.OfDate(0, [0, 3]));
        Assert.Equal(new(null, false), over.OfTeam(0));
        Assert.Equal(new(2, false), over.OfAllDates([0, 3]));
    }

    [Fact]
    public void Relaxation_SolverMayDoNothingButArithmeticTells_IsProven()
    {
        var project = new Project([new() { Id = "a", Duration = 3, Demands = [1] }, new() { Id = "b", Duration = 3, Demands = [1] }], [1]);
        ImmutableArray<DateLimit> limits = [new("a", 0, 3, null), new("b", 1, 3, null), new("both", null, 5, null)];
        var idle = new Relaxation(project, limits, 0, 1, default);

        Assert.Equal(false, idle.Feasible().Can);
        Assert.Equal(new(null, true), idle.OfDate(0, [0, 3]));
    }

    private static Relaxation Relax(Project project, ImmutableArray<DateLimit> limits) => new(project, limits, 10, 1, default);

    private static ImmutableArray<int> Some(Project project)
    {
        var ends = new int[project.Count];
        new Justification(project).Decode(project.Order.AsSpan(), ends);
        return Projects.Starts(project, ends);
    }

    private static int[] Ends(Project project, ImmutableArray<int> starts) => [.. starts.Select((start, i) => start + project.Activities[i].Duration)];

    private static int EndOf(int[] ends, DateLimit limit) => limit.Activity is { } one ? ends[one] : ends.Max();

    private static bool Keeps(int[] ends, ImmutableArray<DateLimit> limits) => limits.All(limit => EndOf(ends, limit) <= limit.EndMax);
}
