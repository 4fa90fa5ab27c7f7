using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>
/// The answer with all agents. The list is immutable and the same one as long as no agent has changed, and then so is the text of the answer but for its time, which stands last.
/// </summary>
/// <param name="agents">All agents.</param>
/// <param name="now">When the answer is made.</param>
internal sealed class AgentsReply(ImmutableArray<AgentView> agents, DateTimeOffset now) : IResult, IEndpointMetadataProvider
{
    /// <summary>Bytes given to the connection at once; the next ones wait until these are on their way.</summary>
    private const int PieceBytes = 64 * 1024;

    private const int TimeBytes = 27;
    private static Written? s_last;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>An answer and the list that it shows.</summary>
    private sealed record Written(ImmutableArray<AgentView> Agents, byte[] Json);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var json = Text();
        var body = httpContext.Response.BodyWriter;
        httpContext.Response.ContentType = ReplyBuffer.MediaType;
        httpContext.Response.ContentLength = json.Length;
        for (var rest = json.AsMemory(0, json.Length - TimeBytes - End.Length); !rest.IsEmpty; rest = rest[Math.Min(PieceBytes, rest.Length)..])
        {
            await body.WriteAsync(rest[..Math.Min(PieceBytes, rest.Length)], httpContext.RequestAborted);
        }
        WriteEnd(body);
        await body.FlushAsync(httpContext.RequestAborted);
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => JsonReply<AgentsResponse>.PopulateMetadata(method, builder);

    private void WriteEnd(PipeWriter body)
    {
        var end = body.GetSpan(TimeBytes + End.Length);
        End.CopyTo(end[UtcTime.Format(now, end)..]);
        body.Advance(TimeBytes + End.Length);
    }

    private byte[] Text()
    {
        var last = Volatile.Read(ref s_last);
        if (last is null || last.Agents != agents)
        {
            var byId = new Dictionary<string, AgentResponse>(agents.Length, StringComparer.Ordinal);
            foreach (var agent in agents) { byId[agent.Profile.Id] = AgentResponse.From(agent); }
            var whole = new AgentsResponse { Agents = byId, Count = byId.Count, Timestamp = now };
            last = new(agents, JsonSerializer.SerializeToUtf8Bytes(whole, CoordinationJson.Wire.AgentsResponse));
            Volatile.Write(ref s_last, last);
        }
        return last.Json;
    }
}
