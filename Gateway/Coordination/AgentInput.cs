using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Reads what is said of agents.</summary>
internal static class AgentInput
{
    /// <summary>Longest name for people.</summary>
    public const int NameLengthMax = 500;
    /// <summary>Most capabilities, specializations, queues or codes.</summary>
    public const int WordsMax = 200;
    /// <summary>Most units of work.</summary>
    public const int CapacityMax = 1_000_000;
    /// <summary>Largest amount of a resource.</summary>
    public const double ResourceMax = 1e15;

    /// <summary>Reads the body of POST /agents.</summary>
    public static AgentProfile Read(JsonInput input)
    {
        var queues = input.IdList("queues", WordsMax);
        if (input.Has("queues") && queues.IsEmpty) { input.Fault("queues", "a list that names at least one queue"); }
        var mode = input.Choice<AgentMode>("mode");
        return new AgentProfile
        {
            Id = input.Id("id", required: true) ?? "",
            Type = input.Choice<AgentType>("agent_type", required: true),
            Name = input.Text("name", NameLengthMax, min: 1, required: true) ?? "",
            Capabilities = input.Words("capabilities", WordsMax, required: true),
            MaxCapacity = input.Integer("max_capacity", 1, CapacityMax) ?? 100,
            Specializations = input.Words("specializations", WordsMax),
            Resources = input.Numbers("resource_requirements", 0, ResourceMax),
            Mode = mode == AgentMode.None ? AgentMode.Passive : mode,
            Queues = queues.IsEmpty ? [QueueNames.Default] : queues,
        };
    }
}
