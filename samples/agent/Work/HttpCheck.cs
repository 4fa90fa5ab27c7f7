using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace NexusActors.Samples.Agent;

/// <summary>
/// <c>{"kind":"http_check","url":…,"status":200,"text":…,"timeout_seconds":5}</c>: GETs a page and looks at status, latency and text.
/// Redirects are answers, not followed.
/// </summary>
/// <param name="http">Client that does not follow redirects.</param>
/// <param name="limits">Hosts that may be called.</param>
/// <param name="time">Clock for the latency.</param>
internal sealed class HttpCheck(HttpClient http, AgentLimits limits, TimeProvider time) : IWork
{
    private const int BodyBytesMax = 1 << 20;

    public string Kind => "http_check";

    public async Task<JsonObject> RunAsync(WorkOrder order, CancellationToken cancellation)
    {
        var url = Target(order.Text("url"));
        var wanted = (int)order.Number("status", 200, 100, 599);
        var text = order.OptionalText("text");
        var timeout = TimeSpan.FromSeconds(order.Number("timeout_seconds", 5, 0.1, 60));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        var start = time.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("nexus-sample-agent", "1"));
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var (body, cut) = await ReadAsync(response, limit.Token);
            var found = text is null || body.Contains(text, StringComparison.Ordinal);
            var status = (int)response.StatusCode;
            if (status != wanted)
            {
                throw new WorkFailure("unexpected_status", $"{url} answered {status}, not {wanted}", retryable: status >= 500 || status == 429);
            }
            if (!found)
            {
                throw new WorkFailure("text_missing", $"{url} does not hold \"{text}\"", retryable: false);
            }
            return new JsonObject
            {
                ["kind"] = Kind,
                ["ok"] = true,
                ["url"] = url.ToString(),
                ["status"] = status,
                ["latency_ms"] = Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1),
                ["bytes"] = body.Length,
                ["cut"] = cut,
            };
        }
        catch (HttpRequestException fault)
        {
            throw new WorkFailure("unreachable", $"{url}: {fault.Message}", retryable: true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new WorkFailure("timeout", $"{url} did not answer within {timeout.TotalSeconds} s", retryable: true);
        }
    }

    private Uri Target(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new WorkFailure("bad_order", "requirements.work.url must be an http or https address", retryable: false);
        }
        return limits.HttpHosts.Any(host => host == "*" || string.Equals(host, url.Host, StringComparison.OrdinalIgnoreCase))
            ? url
            : throw new WorkFailure("not_allowed", $"this agent may not call {url.Host}", retryable: false);
    }

    /// <summary>The body as text, at most <see cref="BodyBytesMax"/> bytes, and whether that cut it.</summary>
    private static async Task<(string Body, bool Cut)> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[BodyBytesMax + 1];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        var kept = Math.Min(read, BodyBytesMax);
        return (System.Text.Encoding.UTF8.GetString(buffer, 0, kept), read > BodyBytesMax);
    }
}
