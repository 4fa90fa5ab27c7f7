using System.Collections.Immutable;
using CsCheck;

namespace NexusActors.Learning.Plans;

/// <summary>Random projects, and answers about small ones by trying everything.</summary>
internal static class Projects
{
    /// <summary>Up to 14 activities and six resources (more than one word), with heads, tails and points without duration.</summary>
    public static readonly Gen<Project> Any = Gen.Select(Gen.Int[1, 14], Gen.Int[0, 6], Gen.ULong, Seeded);

    /// <summary>Small enough to try every list.</summary>
    public static readonly Gen<Project> Small = Gen.Select(Gen.Int[1, 6], Gen.Int[0, 2], Gen.ULong, Seeded);

    /// <summary>Some of it has begun: activities that stand fixed.</summary>
    public static readonly Gen<Project> Begun = Gen.Select(Any, Gen.ULong, Fix);

    /// <summary>The same, small enough to try every list.</summary>
    public static readonly Gen<Project> SmallBegun = Gen.Select(Small, Gen.ULong, Fix);

    /// <summary>Fixes activities at random, as far as they fit together.</summary>
    private static Project Fix(Project project, ulong seed)
    {
        var random = new Xoshiro256(seed);
        for (var i = 0; i < project.Count; i++)
        {
            if (random.Next(3) > 0) { continue; }
            try { project = new(project.Activities.SetItem(i, project.Activities[i] with { Predecessors = [], Head = random.Next(6), IsFixed = true }), project.Capacities); }
            catch (ArgumentException) { }                                                      // not beside those that are fixed already
        }
        return project;
    }

    public static Project Seeded(int count, int resources, ulong seed)
    {
        var random = new Xoshiro256(seed);
        int[] capacities = [.. Enumerable.Range(0, resources).Select(_ => 1 + random.Next(6))];
        return new(
            [
                .. Enumerable.Range(0, count).Select(i => new Activity
                {
                    Id = $"a{i}",
                    Duration = random.Next(10),
                    Predecessors = [.. Enumerable.Range(0, i).Where(_ => random.Next(count + 2) < 2)],
                    Demands = [.. capacities.Select(capacity => random.Next(capacity + 1))],
                    Head = random.Next(4) == 0 ? random.Next(12) : 0,
                    Tail = random.Next(4) == 0 ? random.Next(12) : 0,
                }),
            ],
            [.. capacities]);
    }

    /// <summary>The ends of every active schedule: serial generation makes each of them by some list, and none is better in any end but one of these (Sprecher, Kolisch, Drexl 1995).</summary>
    public static IEnumerable<int[]> Schedules(Project project)
    {
        var (decoder, ends) = (new Justification(project), new int[project.Count]);
        foreach (var list in Lists(project, []))
        {
            decoder.Decode(list, ends);
            yield return [.. ends];
        }
    }

    public static int Shortest(Project project) => Schedules(project).Min(ends => project.Length(Starts(project, ends).AsSpan()));

    public static ImmutableArray<int> Starts(Project project, ReadOnlySpan<int> ends)
    {
        var starts = ends.ToArray();
        for (var i = 0; i < starts.Length; i++) { starts[i] -= project.Activities[i].Duration; }
        return [.. starts];
    }

    private static IEnumerable<int[]> Lists(Project project, ImmutableList<int> list) => list.Count == project.Count
        ? [[.. list]]
        : Enumerable.Range(0, project.Count).Where(i => !list.Contains(i) && project.Activities[i].Predecessors.All(list.Contains)).SelectMany(i => Lists(project, list.Add(i)));
}
