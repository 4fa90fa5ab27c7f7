using Microsoft.AspNetCore.Routing.Matching;

namespace NexusActors.Http;

/// <summary>The local port that an endpoint is served on. An endpoint without it is served on every port.</summary>
/// <param name="Port">The port of the listener, not the one that a Host header claims.</param>
internal sealed record ListenerPort(int Port);

/// <summary>
/// Binds endpoints to the listener that took the connection. It works while the routing tables are built and before methods are told apart,
/// so a route of another port is 404 here and never 405.
/// </summary>
internal sealed class ListenerPortPolicy : MatcherPolicy, INodeBuilderPolicy
{
    private const int AnyPort = 0;

    /// <summary>Before the policy of HTTP methods (−1,000) and that of content types (−100).</summary>
    public override int Order => -2_000;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(endpoint => PortOf(endpoint) != AnyPort);

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints)
    {
        var edges = new List<PolicyNodeEdge>();
        foreach (var port in endpoints.Select(PortOf).Append(AnyPort).Distinct())
        {
            Endpoint[] served = [.. endpoints.Where(endpoint => PortOf(endpoint) is var own && (own == port || own == AnyPort))];
            if (served.Length > 0)
            {
                edges.Add(new PolicyNodeEdge(port, served));
            }
        }
        return edges;
    }

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges)
    {
        var byPort = edges.Where(edge => (int)edge.State != AnyPort).Select(edge => ((int)edge.State, edge.Destination)).ToArray();
        var other = edges.Where(edge => (int)edge.State == AnyPort).Select(edge => edge.Destination).DefaultIfEmpty(exitDestination).Single();
        return new Table(byPort, other);
    }

    private static int PortOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<ListenerPort>()?.Port ?? AnyPort;

    private sealed class Table((int Port, int Destination)[] byPort, int other) : PolicyJumpTable
    {
        public override int GetDestination(HttpContext httpContext)
        {
            var local = httpContext.Connection.LocalPort;
            foreach (var (port, destination) in byPort)
            {
                if (port == local) { return destination; }
            }
            return other;
        }
    }
}

/// <summary>How endpoints say where they are served.</summary>
internal static class ListenerPortConventions
{
    /// <summary>Serves the endpoints on one local port only.</summary>
    public static T OnPort<T>(this T endpoints, int port) where T : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new ListenerPort(port));
}
