using System.Globalization;
using NexusActors.Learning.Bandits;
using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>L4: one of several actions is chosen for each instance, one after another, and only its cost is told.</summary>
internal static class ExplorationRow
{
    private const int Seeds = 5;

    // Best of seven explorers of Vowpal Wabbit, read.
    private static readonly Dictionary<string, double> s_read = new(StringComparer.Ordinal) { ["GRAPHS-2015"] = 0.0601, ["ASP-POTASSCO"] = 0.1221, ["CPMP-2015"] = 0.1658 };

    public static void Run(Settings settings, Report report)
    {
        if (settings.Data is null || !Directory.Exists(Path.Combine(settings.Data, "aslib"))) { settings.DataFile("aslib"); }
        var rows = new List<string[]>();
        using var raw = settings.Out is null ? null : Raw(settings.Out);
        raw?.WriteLine("scenario,seed,position,instance,action,propensity,cost,best");
        foreach (var name in Directory.GetDirectories(Path.Combine(settings.Data!, "aslib")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal))
        {
            Progress($"L4: {name}");
            var scenario = AlgorithmScenario.Read(settings, name);
            var regrets = Enumerable.Range(settings.Seed, Seeds).Select(seed => Regret(scenario, seed, raw)).ToArray();
            var alone = Enumerable.Range(0, scenario.Actions.Length).Select(action => scenario.Instances.Average(instance => instance.Costs[action] - instance.Costs.Min())).ToArray();
            var read = s_read.TryGetValue(name, out var known) ? known : double.NaN;
            rows.Add([
                name, $"{scenario.Instances.Count} × {scenario.Actions.Length}, {scenario.Instances[0].Features.Length} features",
                $"**{F(regrets.Average())}** ({F(regrets.Min())} to {F(regrets.Max())})", F(alone.Min()), F(alone.Average()), double.IsNaN(read) ? "" : F(read),
                regrets.Average() < alone.Min() && !(regrets.Average() >= read) ? "below both" : "not below both",
            ]);
        }
        report.Table(
            $"L4 choice of an action when only its cost is told: mean regret over the stream, {Seeds} seeds from {settings.Seed}",
            ["scenario", "instances × actions", "ours, mean (least to most)", "best single action in hindsight", "by chance", "best of seven explorers of Vowpal Wabbit (read)", "goal"],
            rows);
    }

    private static double Regret(AlgorithmScenario scenario, int seed, StreamWriter? raw)
    {
        var (explorer, regret, position) = (new Explorer(scenario.Actions.Length, new(), new(seed)), 0.0, 0);
        foreach (var instance in scenario.Instances)
        {
            var choice = explorer.Choose(instance.Features);
            var cost = instance.Costs[choice.Action];
            explorer.Learn(instance.Features, choice.Action, cost);
            regret += cost - instance.Costs.Min();
            raw?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name},{seed},{position++},{instance.Id},{scenario.Actions[choice.Action]},{choice.Propensity:G6},{cost:G6},{instance.Costs.Min():G6}"));
        }
        return regret / scenario.Instances.Count;
    }

    private static StreamWriter Raw(string folder) => new(Path.Combine(Directory.CreateDirectory(folder).FullName, "L4.csv"));

    private static string F(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
