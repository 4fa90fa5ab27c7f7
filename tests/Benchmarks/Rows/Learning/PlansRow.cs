using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Learning;
using NexusActors.Learning.Plans;
using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>L7: project schedules within a limit of CPU time against the best known makespans, and the risk simulation against a long run by other means.</summary>
internal static class PlansRow
{
    private const int InstancesUsual = 80;
    private const int SecondsUsual = 4;
    private const int RiskInstances = 3;
    private const int LongRun = 1_000_000;

    public static void Run(Settings settings, Report report)
    {
        var sets = Psplib.Sets(settings.Data ?? throw new DataMissingException("This row takes its data from the folder that --data names; it reads instances of PSPLIB's form there."));
        if (sets.Count == 0)
        {
            throw new DataMissingException($"{settings.Data} holds no instance of PSPLIB's form (j30*.sm and the like, loose or zipped).");
        }
        var limit = TimeSpan.FromSeconds(settings.Seconds ?? SecondsUsual);
        WarmUp(sets[0].Instances[0].Project, limit);
        List<string[]> rows = [];
        List<(string Set, int Chosen, PsplibInstance Instance, FoundSchedule Found)> solved = [];
        foreach (var (name, instances) in sets)
        {
            var chosen = Choose(instances, settings);
            List<Solved> ours = [], peer = [];
            foreach (var instance in chosen)
            {
                var one = Ours(instance, limit, settings.Seed);
                ours.Add(one.Solved);
                solved.Add((name, chosen.Count, instance, one.Found));
                if (settings.Peers) { peer.Add(Alone(instance, limit, settings.Seed)); }
                if (ours.Count % 10 == 0) { Progress($"L7 {name}: {ours.Count} of {chosen.Count}, mean gap {Gap(ours)}"); }
            }
            rows.Add(Row(name, instances.Count, "genetic search, then CP-SAT", limit, ours));
            if (settings.Peers) { rows.Add(Row(name, instances.Count, "CP-SAT alone, one worker", limit, peer)); }
            Write(settings.Out, name, "ours", ours);
            Write(settings.Out, name, "cp-sat", peer);
        }
        report.Table("L7 plans: makespan against the best known, one thread",
            ["set", "instances", "method", "CPU s each at most", "CPU s mean", "best known reached", "better", "mean gap to best known", "largest gap", "proven optimal", "read from others"], rows);
        Risk(settings, report, [.. solved.Where(one => one.Set == sets[^1].Name).Take(RiskInstances).Select(one => (one.Instance, one.Found))]);
    }

    private static List<PsplibInstance> Choose(IReadOnlyList<PsplibInstance> instances, Settings settings)
    {
        var random = new Random(settings.Seed);
        return [.. instances.OrderBy(_ => random.Next()).Take(settings.Tasks ?? InstancesUsual).OrderBy(instance => instance.Name, StringComparer.Ordinal)];
    }

    private static (Solved Solved, FoundSchedule Found) Ours(PsplibInstance instance, TimeSpan limit, int seed)
    {
        var start = Cpu();
        var found = ScheduleSearch.Run(instance.Project, new() { Elapsed = () => Cpu() - start, TimeMax = limit, Seed = (ulong)seed });
        return (new(instance, Checked(instance.Project, found.Starts), found.LowerBound, Cpu() - start), found);
    }

    /// <summary>The peer: the same model without a hint.</summary>
    private static Solved Alone(PsplibInstance instance, TimeSpan limit, int seed)
    {
        var start = Cpu();
        var bounds = LowerBounds.Of(instance.Project);
        var answer = ExactSearch.Solve(new() { Project = instance.Project, LowerBound = bounds.Best, UpperBound = instance.Project.Horizon, TimeMax = limit, Seed = (ulong)seed });
        return new(instance, answer.Starts.IsEmpty ? instance.Project.Horizon : Checked(instance.Project, answer.Starts), answer.LowerBound, Cpu() - start);
    }

    /// <summary>The length of a schedule that was found to keep every rule.</summary>
    private static int Checked(Project project, ImmutableArray<int> starts) =>
        project.Faults(starts).FirstOrDefault() is { } fault ? throw new InvalidOperationException($"the schedule is not feasible: {fault}") : project.Length(starts.AsSpan());

    /// <summary>Compiles what will be measured, and loads the solver.</summary>
    private static void WarmUp(Project project, TimeSpan limit)
    {
        var start = Cpu();
        new GeneticSearch(project, 1).Run(0, () => Cpu() - start > limit / 4, () => { });
        ExactSearch.Solve(new() { Project = project, UpperBound = project.Horizon, TimeMax = limit / 4 });
    }

    private static string[] Row(string set, int all, string method, TimeSpan limit, List<Solved> solved)
    {
        var judged = solved.Where(one => one.Instance.BestKnown is not null).ToList();
        return
        [
            set, $"{solved.Count} of {all}", method, N(limit.TotalSeconds), N(solved.Average(one => one.Cpu.TotalSeconds)),
            $"{judged.Count(one => one.Makespan <= one.Instance.BestKnown)} of {judged.Count}", N(judged.Count(one => one.Makespan < one.Instance.BestKnown)), Gap(judged),
            judged.Count > 0 ? Percent(judged.Max(one => one.Gap)) : "–", P((double)solved.Count(one => one.Makespan == one.LowerBound) / solved.Count),
            set == "j60" ? "CP-SAT 10 s 1.05 %, genetic with justification .23 %" : "",
        ];
    }

    private static string Gap(List<Solved> solved) => solved.Where(one => one.Instance.BestKnown is not null).Select(one => one.Gap).DefaultIfEmpty(double.NaN).Average() is var gap && double.IsNaN(gap) ? "–" : Percent(gap);

    private static string Percent(double share) => share.ToString("0.000 %", CultureInfo.InvariantCulture);

    private static void Risk(Settings settings, Report report, (PsplibInstance Instance, FoundSchedule Found)[] solved)
    {
        List<string[]> rows = [];
        foreach (var (instance, found) in solved)
        {
            Progress($"L7 risk: {instance.Name}, {LongRun} samples");
            ImmutableArray<ThreePoint> durations = [.. instance.Project.Activities.Select(activity => new ThreePoint(0.7 * activity.Duration, activity.Duration, 2 * activity.Duration))];
            var flow = ResourceFlow.Of(instance.Project, found.Starts);
            var start = Cpu();
            var usual = RiskSimulation.Run(new()
            {
                Project = instance.Project,
                Flow = flow,
                Durations = durations,
                Costs = [.. durations.Select(_ => default(ThreePoint))],
                CostPerSlot = [.. durations.Select(_ => 1.0)],
                Seed = (ulong)settings.Seed,
            });
            var cpu = Cpu() - start;
            var (p50, p80, p95) = LongSimulation.Run(instance.Project, flow, durations, LongRun, settings.Seed + 1);
            rows.Add([instance.Name, N(usual.Samples), N(cpu.TotalMilliseconds), N(usual.End.P80), N(p80), Percent((usual.End.P80 / p80) - 1), Percent((usual.End.P50 / p50) - 1), Percent((usual.End.P95 / p95) - 1)]);
        }
        report.Table($"L7 risk: P80 of the finish against {LongRun:N0} samples drawn by gamma variates", ["instance", "samples", "CPU ms", "P80", "P80 of the long run", "P80 off by", "P50 off by", "P95 off by"], rows);
    }

    private static void Write(string? folder, string set, string method, List<Solved> solved)
    {
        if (folder is null || solved.Count == 0) { return; }
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, $"L7-{set}-{method}.csv"), solved.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Instance.Name},{one.Makespan},{one.Instance.BestKnown},{one.LowerBound},{one.Cpu.TotalSeconds:0.000}"))
            .Prepend("instance,makespan,best_known,lower_bound,cpu_seconds"));
    }

    /// <summary>CPU time of this process, all of its threads: the compiler's and the collector's count too.</summary>
    private static TimeSpan Cpu() => Environment.CpuUsage.TotalTime;

    private sealed record Solved(PsplibInstance Instance, int Makespan, int LowerBound, TimeSpan Cpu)
    {
        public double Gap => Instance.BestKnown is { } best ? ((double)Makespan / best) - 1 : double.NaN;
    }
}
