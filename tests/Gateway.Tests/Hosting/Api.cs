using System.Net;
using System.Text;
using System.Text.Json;
using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>One answer of the service.</summary>
/// <param name="Raw">As it came.</param>
/// <param name="Text">Its body.</param>
public sealed record Answer(HttpResponseMessage Raw, string Text)
{
    public HttpStatusCode Status => Raw.StatusCode;

    /// <summary>The body of a success.</summary>
    public JsonElement Ok()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{Raw.RequestMessage?.Method} {Raw.RequestMessage?.RequestUri}: {(int)Status} {Text}");
        Assert.Equal("application/json", Raw.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(Text).RootElement;
    }

    /// <summary>The body of a refusal.</summary>
    public Task<JsonElement> RefusedAsync(HttpStatusCode status, string code, string? field = null) => ProblemAssert.IsAsync(Raw, status, code, field);
}

/// <summary>Names that nobody used, and short words for JSON.</summary>
internal static class Api
{
    private static int _last;

    /// <summary>An id that nobody used.</summary>
    public static string NewId(string prefix = "x") => $"{prefix}-{Interlocked.Increment(ref _last)}-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>Names of an object's members, in order.</summary>
    public static IEnumerable<string> Names(this JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    /// <summary>A member's text.</summary>
    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();
}

/// <summary>A caller of one port.</summary>
public sealed class Client(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };

    /// <summary>For what the words below do not say.</summary>
    public HttpClient Http => _http;

    public void Dispose() => _http.Dispose();

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers: headers);

    public Task<Answer> PostAsync(string path, string? json = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, json, headers: headers);

    public Task<Answer> PutAsync(string path, string json) => SendAsync(HttpMethod.Put, path, json);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>Sends a body of any kind.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body, string? type = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type is not null) { request.Content.Headers.TryAddWithoutValidation("Content-Type", type); }
        }
        foreach (var (name, value) in headers) { request.Headers.TryAddWithoutValidation(name, value); }
        var raw = await _http.SendAsync(request);
        return new Answer(raw, await raw.Content.ReadAsStringAsync());
    }

    /// <summary>Registers an agent and returns its id.</summary>
    public async Task<string> AgentAsync(string capability = "analysis", string mode = "passive", string queue = "default", int capacity = 100)
    {
        var id = Api.NewId("agent");
        (await PostAsync("/agents", $$"""{"id":"{{id}}","agent_type":"operations","name":"{{id}}","capabilities":["{{capability}}"],"mode":"{{mode}}","queues":["{{queue}}"],"max_capacity":{{capacity}}}""")).Ok();
        return id;
    }

    /// <summary>Makes a queue and returns its name.</summary>
    public async Task<string> QueueAsync(string settings = "{}")
    {
        var name = Api.NewId("queue");
        (await PutAsync($"/queues/{name}", settings)).Ok();
        return name;
    }

    /// <summary>Submits a task and returns its id.</summary>
    public async Task<string> TaskAsync(string queue = "default", string more = "", string type = "analysis")
    {
        var id = Api.NewId("task");
        (await PostAsync("/tasks", $$"""{"id":"{{id}}","task_type":"{{type}}","priority":3,"description":"a task","queue":"{{queue}}"{{more}}}""")).Ok();
        return id;
    }

    /// <summary>Leases one task, waiting for it.</summary>
    public async Task<(string TaskId, string Token)> LeaseAsync(string agent)
    {
        var lease = (await PostAsync($"/agents/{agent}/leases", """{"wait_seconds":10}""")).Ok().GetProperty("leases")[0];
        return (lease.Text("task_id")!, lease.Text("lease_token")!);
    }
}
