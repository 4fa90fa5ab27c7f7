using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Reads what is said of queues.</summary>
internal static class QueueInput
{
    /// <summary>Longest queue.</summary>
    public const int LengthMax = 10_000_000;
    /// <summary>Most keys with limits of their own.</summary>
    public const int KeysMax = 10_000;
    /// <summary>Smallest weight.</summary>
    public const double WeightMin = 0.001;
    /// <summary>Largest weight.</summary>
    public const double WeightMax = 1_000_000;
    /// <summary>Slowest rate per second: about one a day.</summary>
    public const double RateMin = 0.00001;
    /// <summary>Fastest rate per second.</summary>
    public const double RateMax = 1_000_000;
    /// <summary>Most tasks redriven by one call.</summary>
    public const int RedriveMax = 100_000;
    /// <summary>Tasks redriven by one call that does not say.</summary>
    public const int RedriveDefault = 1_000;

    /// <summary>Reads the body of PUT /queues/{name}.</summary>
    public static QueueSettings Read(JsonInput input)
    {
        var plain = new QueueSettings();
        return new QueueSettings
        {
            MaxLength = input.Integer("max_length", 1, LengthMax) ?? plain.MaxLength,
            Paused = input.Flag("paused") ?? false,
            DefaultKey = input.Object("default_key") is { } limits ? ReadLimits(limits) : plain.DefaultKey,
            Keys = input.Map("keys", KeysMax, static (element, path, faults) => ReadLimits(JsonInput.Of(element, path, faults)), "limits"),
            Partitions = input.Integer("partitions", 1, QueueNames.PartitionsMax) ?? plain.Partitions,
        };
    }

    /// <summary>Reads the body of POST /queues/{name}/redrive.</summary>
    public static int ReadRedrive(JsonInput input) => input.Integer("max", 1, RedriveMax) ?? RedriveDefault;

    private static KeyLimits ReadLimits(JsonInput input)
    {
        var plain = new KeyLimits();
        return new KeyLimits
        {
            Weight = input.Number("weight", WeightMin, WeightMax) ?? plain.Weight,
            Concurrency = input.Integer("concurrency", 1, AgentInput.CapacityMax),
            RatePerSecond = input.Number("rate_per_second", RateMin, RateMax),
            Burst = input.Integer("burst", 1, AgentInput.CapacityMax) ?? plain.Burst,
        };
    }
}
