using System.Globalization;
using NexusActors.Samples.Agent;

namespace NexusActors.CrashAgent;

/// <summary>The command line of one run of one agent; written and read by the test alone.</summary>
internal sealed record CrashSettings
{
    public required Uri Coordinator { get; init; }
    public required string Id { get; init; }
    public required IReadOnlyList<string> Capabilities { get; init; }
    public required IReadOnlyList<string> Queues { get; init; }
    public required string Journal { get; init; }
    /// <summary>Seed of this run's faults.</summary>
    public required int Seed { get; init; }
    /// <summary>Most tasks per lease call.</summary>
    public required int Batch { get; init; }
    /// <summary>Lease time of the tasks.</summary>
    public required TimeSpan LeaseTime { get; init; }
    /// <summary>Chance of a crash at each of the points where one can happen.</summary>
    public required double CrashChance { get; init; }
    /// <summary>Chance that a batch is held in silence until its leases are over, and reported then.</summary>
    public required double HangChance { get; init; }

    public Registration Registration => new()
    {
        Id = Id,
        AgentType = "qa_automation",
        Name = Id,
        Capabilities = Capabilities,
        MaxCapacity = Batch * 4,
        Queues = Queues,
    };

    public string[] Arguments() =>
    [
        Coordinator.ToString(), Id, string.Join(',', Capabilities), string.Join(',', Queues), Journal, Text(Seed), Text(Batch), Text(LeaseTime.TotalSeconds), Text(CrashChance), Text(HangChance),
    ];

    public static CrashSettings From(string[] arguments) => new()
    {
        Coordinator = new Uri(arguments[0]),
        Id = arguments[1],
        Capabilities = arguments[2].Split(','),
        Queues = arguments[3].Split(','),
        Journal = arguments[4],
        Seed = int.Parse(arguments[5], CultureInfo.InvariantCulture),
        Batch = int.Parse(arguments[6], CultureInfo.InvariantCulture),
        LeaseTime = TimeSpan.FromSeconds(double.Parse(arguments[7], CultureInfo.InvariantCulture)),
        CrashChance = double.Parse(arguments[8], CultureInfo.InvariantCulture),
        HangChance = double.Parse(arguments[9], CultureInfo.InvariantCulture),
    };

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
