using System.Globalization;
using NexusActors.Chaos.Faults;

namespace NexusActors.Chaos;

/// <summary>The command line.</summary>
internal sealed record ChaosSettings
{
    public static readonly string Usage = $"""
        Usage: dotnet run -c Release --project tests/Chaos -- [options]
          --seed N         seed of every choice (from the clock; it is printed)
          --short          short phases, below six minutes in all
          --faults LIST    which, in this order: {string.Join(',', Catalog.All.Select(fault => fault.Name))} (all)
          --operations N   and then again, shuffled, until N operations are acknowledged (1,000,000 where neither --short nor --faults nor --minutes is given)
          --minutes M      go through them again and again, shuffled, for that long
          --queues N       keys that are watched (16)
          --agents N       agents that work (10)
          --out FOLDER     keep report.md, report.json, logs and journals there
        Exit code: 0 every invariant holds, 1 one is broken, 2 wrong usage, 3 this machine has not what a fault needs.
        """;

    private const int FullOperations = 1_000_000;
    private static readonly string[] Narrows = ["--short", "--faults", "--minutes"];

    public int Seed { get; init; } = Environment.TickCount;
    public bool Short { get; init; }
    public IReadOnlyList<Fault> Faults { get; init; } = Catalog.All;
    public int? Minutes { get; init; }
    public int? Operations { get; init; }
    public int Queues { get; init; } = 16;
    public int Agents { get; init; } = 10;
    public string? Out { get; init; }

    /// <summary>Null where it is no good; says why.</summary>
    public static ChaosSettings? Parse(string[] args)
    {
        try
        {
            var settings = new ChaosSettings();
            for (var i = 0; i < args.Length; i++)
            {
                settings = args[i] switch
                {
                    "--short" => settings with { Short = true },
                    "--seed" => settings with { Seed = Number(args[++i]) },
                    "--minutes" => settings with { Minutes = Number(args[++i]) },
                    "--operations" => settings with { Operations = Number(args[++i]) },
                    "--queues" => settings with { Queues = Number(args[++i]) },
                    "--agents" => settings with { Agents = Number(args[++i]) },
                    "--out" => settings with { Out = Path.GetFullPath(args[++i]) },
                    "--faults" => settings with { Faults = [.. args[++i].Split(',').Select(Catalog.Of)] },
                    _ => throw new FormatException($"{args[i]} is not an option"),
                };
            }
            return args.Any(Narrows.Contains) ? settings : settings with { Operations = settings.Operations ?? FullOperations };
        }
        catch (Exception fault) when (fault is FormatException or IndexOutOfRangeException or OverflowException)
        {
            Console.Error.WriteLine(fault.Message);
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
