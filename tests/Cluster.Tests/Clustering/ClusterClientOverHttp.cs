using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace NexusActors.Clustering;

/// <summary>A caller of a gateway that does what a good caller does: it repeats what got 503 or no answer, as long as its patience lasts.</summary>
internal sealed class ClusterClientOverHttp(Uri address) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(200);
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(15) };
    private int _failures;

    /// <summary>Answers that were 503, and calls that got none.</summary>
    public int Failures => _failures;

    public void Dispose() => _http.Dispose();

    /// <summary>The body of a success; anything else but 503 fails the test.</summary>
    public async Task<JsonElement> GetAsync(string path) => await JsonOfAsync(HttpMethod.Get, path, body: null, key: null);

    /// <summary>Posts until it is answered; with a key, so that a repeat does no harm.</summary>
    public async Task<JsonElement> PostAsync(string path, string body, string? key = null) => await JsonOfAsync(HttpMethod.Post, path, body, key);

    /// <summary>Posts once, and gives back what comes.</summary>
    public async Task<(HttpStatusCode Status, string Text)> PostOnceAsync(string path, string body, string? key = null)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, body, key);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Puts until it is answered: a repeat does no harm.</summary>
    public async Task<JsonElement> PutAsync(string path, string body) => await JsonOfAsync(HttpMethod.Put, path, body, key: null);

    /// <summary>Submits a task that is its own key.</summary>
    public Task SubmitAsync(string id) =>
        PostAsync("tasks", string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{id}}","task_type":"testing","priority":3,"description":"d","key":"{{id}}"}"""), key: "submit-" + id);

    public Task RegisterAsync(string agent) =>
        PostAsync("agents", $$"""{"id":"{{agent}}","agent_type":"operations","name":"{{agent}}","capabilities":["testing"],"mode":"pull"}""");

    private async Task<JsonElement> JsonOfAsync(HttpMethod method, string path, string? body, string? key)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            string last;
            try
            {
                using var answer = await SendAsync(method, path, body, key);
                last = await answer.Content.ReadAsStringAsync(CancellationToken.None);
                if (answer.StatusCode == HttpStatusCode.NoContent) { return default; }
                if (answer.IsSuccessStatusCode) { return JsonDocument.Parse(last).RootElement.Clone(); }
                Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{method} {path}: {answer.StatusCode} {last}");
                Assert.NotNull(answer.Headers.RetryAfter);
            }
            catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
            {
                last = silent.Message;
            }
            Interlocked.Increment(ref _failures);
            Assert.False(limit.IsCancellationRequested, $"{method} {path} is not answered within {Patience}: {last}");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body, string? key)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) { request.Content = new StringContent(body, Encoding.UTF8, "application/json"); }
        if (key is not null) { request.Headers.Add("Idempotency-Key", key); }
        return await _http.SendAsync(request);
    }
}
