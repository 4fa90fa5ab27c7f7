using System.Globalization;

namespace NexusActors.Benchmarks;

/// <summary>How the product runs.</summary>
internal enum Mode
{
    /// <summary>One process.</summary>
    Embedded,
    /// <summary>Processes over PostgreSQL and Redis.</summary>
    Cluster,
}

/// <summary>The command line.</summary>
internal sealed record Settings
{
    public static readonly string Usage = $"""
        Usage: dotnet run -c Release --project tests/Benchmarks -- P1|P2|P3|P4|P5|all|{string.Join('|', LearningRows.All.Keys)}|learning [options]
          all: P1 to P5; learning: {string.Join(", ", LearningRows.All.Keys)}
          --out FOLDER     also write every latency as CSV, and the tables, into this folder
          --data FOLDER    data sets of the rows of learning; L1, L2, L3, L8 and L9 take a file of the form too
          --test FILE      L3, L9: rows to judge by; without it every fifth row of the data
          --scratch FOLDER where data folders are made (the system's place for temporary files)
          --seed N         seed of everything that is chosen (1)
          --tasks N        size: tasks of P1 and P4 (P1 100000 one by one and 500000 in batches, P4 1000000; in cluster mode 30000, 200000, 300000); the others shrink with it
          --experiences N  experiences of L8 (141000); more than the log has come again with jitter
          --seconds N      how long each rate of P2 is kept (20; in cluster mode 15)
          --callers LIST   callers per agent in P1 a (1,8,32)
          --mode MODE      embedded (one process, SQLite) or cluster (PostgreSQL, Redis, silos and a gateway as processes) (embedded)
          --silos LIST     silos in cluster mode; each row is measured with each number of them (1)
          --partitions N   partitions of the default queue; with more than one each agent's tasks have a key (1)
          --peers          P1 measures other queue products too: downloads them, with npm, into a folder that is deleted afterwards
        P5 (cluster mode) always compares one silo with two.
        L7 takes --tasks as instances of each set (80, chosen by the seed), --seconds as CPU seconds for each (4), --peers for CP-SAT alone beside it.
        """;

    public static readonly string[] AllRows = ["P1", "P2", "P3", "P4", "P5"];

    public IReadOnlyList<string> Rows { get; init; } = [];
    public string? Out { get; init; }
    public string? Data { get; init; }
    public string? Test { get; init; }
    public string Scratch { get; init; } = Path.GetTempPath();
    public int Seed { get; init; } = 1;
    public int? Tasks { get; init; }
    public int? Seconds { get; init; }
    public int Experiences { get; init; } = 141_000;
    public IReadOnlyList<int> Callers { get; init; } = [1, 8, 32];
    public Mode Mode { get; init; }
    public IReadOnlyList<int> SiloCounts { get; init; } = [1];

    /// <summary>Silos of the cluster that is measured now.</summary>
    public int Silos { get; init; } = 1;

    public int Partitions { get; init; } = 1;

    public bool Peers { get; init; }

    /// <summary>What is measured now, for titles.</summary>
    public string Where => Mode == Mode.Embedded ? "embedded" : Silos == 1 ? "1 silo" : $"{Silos} silos";

    /// <summary>One for each number of silos asked for; they share what is measured once.</summary>
    public IEnumerable<Settings> Runs => Mode == Mode.Embedded ? [this] : SiloCounts.Select(With);

    /// <summary>The same with that many silos; where several are asked for, files go into a folder for each.</summary>
    public Settings With(int silos) => this with { Silos = silos, Out = Out is null || SiloCounts.Count == 1 ? Out : Path.Combine(Out, $"silos-{silos}") };

    /// <summary>The size asked for, or the usual one of the mode.</summary>
    public int Size(int embedded, int cluster) => Tasks ?? (Mode == Mode.Embedded ? embedded : cluster);

    /// <summary>A sample size that shrinks with <see cref="Tasks"/>.</summary>
    public int Sample(int usual) => Math.Min(usual, Tasks ?? usual);

    public static Settings? Parse(string[] args)
    {
        try
        {
            var rows = args.TakeWhile(arg => !arg.StartsWith("--", StringComparison.Ordinal)).Select(row => row.ToUpperInvariant()).ToArray();
            var settings = new Settings { Rows = rows switch { ["ALL"] => AllRows, ["LEARNING"] => [.. LearningRows.All.Keys], _ => rows } };
            for (var i = rows.Length; i < args.Length; i += 2)
            {
                if (args[i] == "--peers")
                {
                    settings = settings with { Peers = true };
                    i--;
                    continue;
                }
                var value = args[i + 1];
                settings = args[i] switch
                {
                    "--out" => settings with { Out = value },
                    "--data" => settings with { Data = value },
                    "--test" => settings with { Test = value },
                    "--scratch" => settings with { Scratch = value },
                    "--seed" => settings with { Seed = Number(value) },
                    "--tasks" => settings with { Tasks = Number(value) },
                    "--partitions" => settings with { Partitions = Number(value) },
                    "--experiences" => settings with { Experiences = Number(value) },
                    "--seconds" => settings with { Seconds = Number(value) },
                    "--mode" => settings with { Mode = Enum.Parse<Mode>(value, ignoreCase: true) },
                    "--silos" => settings with { SiloCounts = [.. value.Split(',').Select(Number)] },
                    "--callers" => settings with { Callers = [.. value.Split(',').Select(Number)] },
                    _ => throw new FormatException($"{args[i]} is not an option"),
                };
            }
            if (rows is ["ALL"] && settings.Mode == Mode.Embedded) { settings = settings with { Rows = [.. AllRows.SkipLast(1)] }; }
            return rows.Length > 0 && settings.Rows.All(row => AllRows.Contains(row) || LearningRows.All.ContainsKey(row)) && (settings.Mode == Mode.Cluster || !settings.Rows.Contains(AllRows[^1])) ? settings : null;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            Console.Error.WriteLine(fault.Message);
            return null;
        }
    }

    /// <summary>A file of a data set.</summary>
    /// <exception cref="DataMissingException">It is not there.</exception>
    public string DataFile(params string[] path)
    {
        if (Data is null) { throw new DataMissingException($"This row takes its data from the folder that --data names; it reads {Path.Combine(path)} there."); }
        var file = Path.Combine([Data, .. path]);
        return File.Exists(file) ? file : throw new DataMissingException($"{file} is not there.");
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <summary>What a row is to be measured on is not there.</summary>
internal sealed class DataMissingException(string message) : Exception(message);
