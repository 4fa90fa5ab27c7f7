using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using NexusActors.Learning;
using NexusActors.Learning.Plans;

namespace NexusActors.Benchmarks;

/// <summary>The witness of L7's risk table: the same question answered with another generator and another way to draw beta variates, and many samples.</summary>
internal static class LongSimulation
{
    public static (double P50, double P80, double P95) Run(Project project, ResourceFlow flow, ImmutableArray<ThreePoint> durations, int samples, int seed)
    {
        var random = new Random(seed);
        int[][] before = [.. flow.Incoming.Select(links => links.Select(link => link.Before).ToArray())];
        (double Alpha, double Beta)[] shapes = [.. durations.Select(point => point.IsExact ? default : (1 + (4 * (point.Likely - point.Low) / (point.High - point.Low)), 1 + (4 * (point.High - point.Likely) / (point.High - point.Low))))];
        var (ends, finishes) = (new double[project.Count], new double[samples]);
        for (var sample = 0; sample < samples; sample++)
        {
            var finish = 0.0;
            foreach (var i in flow.Order)
            {
                var start = (double)project.Activities[i].Head;
                foreach (var earlier in before[i]) { start = Math.Max(start, ends[earlier]); }
                var point = durations[i];
                ends[i] = start + (point.IsExact ? point.Low : point.Low + ((point.High - point.Low) * Beta.Sample(random, shapes[i].Alpha, shapes[i].Beta)));
                finish = Math.Max(finish, ends[i]);
            }
            finishes[sample] = finish;
        }
        Array.Sort(finishes);
        return (At(0.5), At(0.8), At(0.95));

        double At(double share) => finishes[(int)Math.Ceiling(share * samples) - 1];
    }
}
