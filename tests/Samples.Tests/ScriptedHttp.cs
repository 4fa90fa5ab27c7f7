using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace NexusActors.Samples.Agent;

/// <summary>An HTTP peer written by the test.</summary>
internal sealed class ScriptedHttp(Func<ScriptedHttp.Call, HttpResponseMessage> answer) : HttpMessageHandler
{
    internal sealed record Call(HttpMethod Method, string Path, string Body);

    public ConcurrentQueue<Call> Seen { get; } = new();

    /// <summary>If set, answers come from here.</summary>
    public Task<HttpResponseMessage>? Hold { get; init; }

    public static HttpResponseMessage Answer(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();   // as a network would
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var call = new Call(request.Method, request.RequestUri!.PathAndQuery, body);
        Seen.Enqueue(call);
        return Hold is null ? answer(call) : await Hold.WaitAsync(cancellationToken);
    }
}
