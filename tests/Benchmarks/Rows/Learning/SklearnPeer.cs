using System.Diagnostics;
using System.Globalization;
using System.Text;
using NexusActors.Learning.Features;

namespace NexusActors.Benchmarks;

/// <summary>A model of scikit-learn, on the columns as they are, in the same run: HistGradientBoostingClassifier with its defaults unless another script is named.</summary>
internal static class SklearnPeer
{
    /// <summary>Debian's own interpreter, which sees Debian's packages, before another one.</summary>
    internal static string Python => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    /// <summary>
    /// At each cut-off trains on the rows that happened and were known before it, and answers for the rows up to the next one.
    /// Null where it cannot run; the reason has been printed.
    /// </summary>
    /// <param name="table">Features.</param>
    /// <param name="targets">By row, 1 and 0.</param>
    /// <param name="times">By row, when it happened.</param>
    /// <param name="known">By row, when its outcome became known.</param>
    /// <param name="cutOffs">Rising.</param>
    /// <param name="seed">Of everything that is chosen.</param>
    /// <param name="script">Which model.</param>
    /// <param name="more">Further arguments of the script.</param>
    public static (double[] Probabilities, double CpuSeconds, string Version)? Run(
        FeatureTable table, double[] targets, double[] times, double[] known, double[] cutOffs, int seed, string script = "hgb.py", params ReadOnlySpan<string> more)
    {
        var folder = Directory.CreateTempSubdirectory("nexus-sklearn-").FullName;
        try
        {
            var (rows, answers) = (Path.Combine(folder, "rows.csv"), Path.Combine(folder, "answers.csv"));
            Write(rows, table, targets, times, known);
            File.WriteAllLines(Path.Combine(folder, "cutoffs.txt"), cutOffs.Select(Text));
            var start = new ProcessStartInfo(Python) { RedirectStandardError = true, RedirectStandardOutput = true };
            string[] arguments = [Path.Combine(BuildFacts.Repository, "tests/Benchmarks/Rows/Learning", script), rows, Path.Combine(folder, "cutoffs.txt"), answers, seed.ToString(CultureInfo.InvariantCulture), .. more];
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

            var probabilities = new double[table.Rows];
            Array.Fill(probabilities, double.NaN);
            foreach (var line in File.ReadLines(answers).Select(line => line.Split(','))) { probabilities[int.Parse(line[0], CultureInfo.InvariantCulture)] = double.Parse(line[1], CultureInfo.InvariantCulture); }
            return (probabilities, double.Parse(said[1], CultureInfo.InvariantCulture), said[0]);
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

    /// <summary>Header: target, time, known, then one name for each feature, words with <c>c:</c> before it.</summary>
    private static void Write(string path, FeatureTable table, double[] targets, double[] times, double[] known)
    {
        using var writer = new StreamWriter(path, append: false, Encoding.ASCII);
        writer.WriteLine($"target,time,known,{string.Join(',', table.Columns.Select((column, i) => $"{(column is CategoryColumn ? "c" : "n")}:{i}"))}");
        for (var row = 0; row < table.Rows; row++)
        {
            writer.Write($"{Text(targets[row])},{Text(times[row])},{Text(known[row])}");
            foreach (var column in table.Columns) { writer.Write($",{Text(FeatureRows.Value(column, row))}"); }
            writer.WriteLine();
        }
    }

    private static string Text(double number) => double.IsNaN(number) ? "nan" : number.ToString("R", CultureInfo.InvariantCulture);
}
