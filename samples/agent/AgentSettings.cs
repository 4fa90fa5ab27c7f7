using System.Globalization;

namespace NexusActors.Samples.Agent;

/// <summary>The command line.</summary>
internal sealed record AgentSettings
{
    public const string Usage = """
        Usage: NexusActors.Samples.Agent --id ID --type TYPE --capabilities A,B [options]
          --coordinator URL     the coordinator (http://127.0.0.1:8070)
          --id ID               identity; a restart with the same id takes the registration up again
          --type TYPE           decision_engine | qa_automation | transformation | bug_fixing | monitoring | operations | security | performance
          --capabilities LIST   task types and skills, comma-separated
          --queues LIST         queues to serve (default)
          --name NAME           name for people (the id)
          --slots N             tasks at once, 1-1000 (2)
          --config FILE         what the agent may do (JSON: http_hosts, checksum_root, commands)
          --journal FILE        its own record (agent-ID.journal in the working folder)
          --fsync               force each line of the record to disk
          --drain-seconds N     time to finish work on SIGTERM before it is given back (20)
          --deregister          deregister when it stops
        """;

    public Uri Coordinator { get; init; } = new("http://127.0.0.1:8070/");
    public string Id { get; init; } = "";
    public string Type { get; init; } = "";
    public string Name { get; init; } = "";
    public IReadOnlyList<string> Capabilities { get; init; } = [];
    public IReadOnlyList<string> Queues { get; init; } = ["default"];
    public int Slots { get; init; } = 2;
    public string? Config { get; init; }
    public string? JournalFile { get; init; }
    public bool Fsync { get; init; }
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(20);
    public bool Deregister { get; init; }

    /// <summary>What it says of itself: one slot is one unit of capacity.</summary>
    public Registration Registration => new()
    {
        Id = Id,
        AgentType = Type,
        Name = Name.Length > 0 ? Name : Id,
        Capabilities = Capabilities,
        MaxCapacity = Slots,
        Queues = Queues,
    };

    /// <summary>Whether the coordinator knows the agent as it is now.</summary>
    public bool Matches(RegisteredAgent known) =>
        known.MaxCapacity == Slots && known.Capabilities.ToHashSet().SetEquals(Capabilities) && (known.Queues is null || known.Queues.ToHashSet().SetEquals(Queues));

    /// <summary>Reads the command line; every fault is reported.</summary>
    public static (AgentSettings Settings, IReadOnlyList<string> Faults) Parse(IReadOnlyList<string> arguments)
    {
        var settings = new AgentSettings();
        var faults = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name is "--fsync" or "--deregister")
            {
                settings = name == "--fsync" ? settings with { Fsync = true } : settings with { Deregister = true };
            }
            else if (i + 1 == arguments.Count)
            {
                faults.Add($"{name}: not an option, or its value is missing");
            }
            else
            {
                settings = Apply(settings, name, arguments[++i], faults);
            }
        }
        Require(settings.Id.Length > 0, "--id is missing", faults);
        Require(settings.Type.Length > 0, "--type is missing", faults);
        Require(settings.Capabilities.Count > 0, "--capabilities is missing", faults);
        return (settings, faults);
    }

    private static AgentSettings Apply(AgentSettings settings, string name, string value, List<string> faults)
    {
        switch (name)
        {
            case "--coordinator":
                var valid = Uri.TryCreate(value.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
                Require(valid, $"{name}: not an http address", faults);
                return valid ? settings with { Coordinator = url! } : settings;
            case "--id":
                return settings with { Id = value };
            case "--type":
                return settings with { Type = value };
            case "--name":
                return settings with { Name = value };
            case "--capabilities":
                return settings with { Capabilities = List(value) };
            case "--queues":
                return settings with { Queues = List(value) };
            case "--slots":
                return settings with { Slots = (int)Number(name, value, 1, 1000, faults) };
            case "--config":
                Require(File.Exists(value), $"{name}: there is no file {value}", faults);
                return settings with { Config = value };
            case "--journal":
                return settings with { JournalFile = value };
            case "--drain-seconds":
                return settings with { DrainTime = TimeSpan.FromSeconds(Number(name, value, 0, 3600, faults)) };
            default:
                faults.Add($"{name}: not an option");
                return settings;
        }
    }

    private static string[] List(string value) => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static double Number(string name, string value, double least, double most, List<string> faults)
    {
        var valid = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most;
        Require(valid, $"{name}: must be a number from {least} to {most}", faults);
        return valid ? number : least;
    }

    private static void Require(bool holds, string fault, List<string> faults)
    {
        if (!holds)
        {
            faults.Add(fault);
        }
    }
}
