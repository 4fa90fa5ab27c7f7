namespace NexusActors.Http;

/// <summary>One of the three services as it is served here.</summary>
/// <param name="Name">Name of its endpoint group and of its OpenAPI document.</param>
/// <param name="Service">Name that GET /health answers with.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Port">The local port that it listens on.</param>
internal sealed record ServedApi(string Name, string Service, string Title, int Port)
{
    /// <summary>Group name of the coordinator.</summary>
    public const string Coordination = "coordination";
    /// <summary>Group name of the learning engine.</summary>
    public const string Learning = "learning";
    /// <summary>Group name of the optimizer.</summary>
    public const string Optimization = "optimization";

    /// <summary>Every service that the settings ask for, by port order of the original: 8070, 8071, 8072.</summary>
    public static IEnumerable<ServedApi> All(GatewayOptions options)
    {
        ServedApi[] known =
        [
            new(Coordination, "multi_agent_coordinator", "Multi-agent coordinator", options.CoordinationPort),
            new(Learning, "adaptive_learning_engine", "Adaptive learning engine", options.LearningPort),
            new(Optimization, "production_optimizer", "Production optimizer", options.OptimizationPort),
        ];
        return known.Where(service => service.Port != 0);
    }
}
