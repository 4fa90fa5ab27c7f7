using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NexusActors.Learning.Features;

namespace NexusActors.Benchmarks;

/// <summary>What scikit-learn takes for the same: milliseconds of an exact search, CPU seconds of a fit, milliseconds of one prediction.</summary>
/// <param name="Version">Of scikit-learn.</param>
/// <param name="SearchMs">Median of a search.</param>
/// <param name="SearchP99Ms">Its 99th percentile.</param>
/// <param name="FitCpuSeconds">HistGradientBoostingClassifier with its defaults, the fit alone.</param>
/// <param name="PredictMs">Median of one prediction.</param>
/// <param name="Distances">By question, nearest first.</param>
internal sealed record ScalePeer(string Version, double SearchMs, double SearchP99Ms, double FitCpuSeconds, double PredictMs, double[][] Distances)
{
    /// <summary>Runs it; null where it cannot run, and the reason has been printed.</summary>
    /// <param name="points">What neighbours are looked for in.</param>
    /// <param name="rows">Raw features.</param>
    /// <param name="shapes">Their names and kinds.</param>
    /// <param name="targets">1 and 0.</param>
    /// <param name="questions">Rows of points.</param>
    /// <param name="count">Neighbours of each.</param>
    /// <param name="seed">Of the fit.</param>
    public static ScalePeer? Run(IReadOnlyList<float[]> points, IReadOnlyList<double[]> rows, IReadOnlyList<FeatureShape> shapes, IEnumerable<bool> targets, int[] questions, int count, int seed)
    {
        var folder = Directory.CreateTempSubdirectory("nexus-scale-").FullName;
        try
        {
            Write(Path.Combine(folder, "points.f32"), points);
            Write(Path.Combine(folder, "rows.f32"), rows.Select(row => Array.ConvertAll(row, value => (float)value)));
            Write(Path.Combine(folder, "targets.f32"), targets.Select(target => new[] { target ? 1f : 0 }));
            File.WriteAllLines(Path.Combine(folder, "words.txt"), shapes.Select(shape => shape.IsCategory ? "1" : "0"));
            File.WriteAllLines(Path.Combine(folder, "questions.txt"), questions.Select(question => question.ToString(CultureInfo.InvariantCulture)));
            var start = new ProcessStartInfo(SklearnPeer.Python) { RedirectStandardError = true, RedirectStandardOutput = true };
            string[] arguments = [Path.Combine(BuildFacts.Repository, "tests/Benchmarks/Rows/Learning/scale.py"), folder, .. new[] { points[0].Length, count, seed }.Select(number => number.ToString(CultureInfo.InvariantCulture))];
            foreach (var argument in arguments) { start.ArgumentList.Add(argument); }
            start.Environment["OMP_NUM_THREADS"] = "2";
            using var python = Process.Start(start)!;
            var errors = python.StandardError.ReadToEndAsync();
            var said = python.StandardOutput.ReadToEnd().Trim().Split(' ');
            python.WaitForExit();
            if (python.ExitCode != 0)
            {
                Console.Error.WriteLine($"The peer did not run: {errors.GetAwaiter().GetResult().Trim()}");
                return null;
            }
            var figures = said.Skip(1).Select(Number).ToArray();
            return new(said[0], figures[0], figures[1], figures[2], figures[3], [.. File.ReadLines(Path.Combine(folder, "distances.csv")).Select(line => line.Split(',').Select(Number).ToArray())]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine("The peer did not run: there is no python3. On Debian: apt-get install python3-sklearn");
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static void Write(string path, IEnumerable<float[]> rows)
    {
        using var file = File.Create(path);
        foreach (var row in rows) { file.Write(MemoryMarshal.AsBytes<float>(row)); }
    }
}
