using System.Net;
using System.Text;
using System.Text.Json;

namespace NexusActors.Chaos.Load;

/// <summary>An answer: status and body.</summary>
internal readonly record struct Answer(HttpStatusCode Status, string Text)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public JsonElement Json => JsonElement.Parse(Text);
}

/// <summary>One caller that repeats a request until it is answered. Only what is safe to repeat may go through it.</summary>
internal sealed class Caller : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);
    private const int PauseMsLeast = 100, PauseMsMost = 250;
    private readonly HttpClient _http;
    private readonly KeyRecord _record;
    private readonly Notebook _notebook;
    private readonly Random _chance;

    public Caller(GatewayPool gateways, int home, KeyRecord record, Notebook notebook, Random chance)
    {
        (_record, _notebook, _chance) = (record, notebook, chance);
        _http = new(new Front(gateways, home, record, notebook)) { BaseAddress = Front.Anywhere, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The first answer below 500 that is not 429.</summary>
    /// <param name="method">How.</param>
    /// <param name="path">Where.</param>
    /// <param name="body">JSON; null for none.</param>
    /// <param name="key">Idempotency-Key; null for none.</param>
    /// <param name="cancellation">Gives up: what was sent may have been done.</param>
    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body, string? key, CancellationToken cancellation)
    {
        var start = _notebook.Time.Now;
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                limit.CancelAfter(Patience);
                using var request = new HttpRequestMessage(method, path);
                if (body is not null) { request.Content = new StringContent(body, Encoding.UTF8, "application/json"); }
                if (key is not null) { request.Headers.Add("Idempotency-Key", key); }
                using var response = await _http.SendAsync(request, limit.Token);
                if ((int)response.StatusCode < 500 && response.StatusCode != HttpStatusCode.TooManyRequests)
                {
                    _record.Add(new Operation(start, _notebook.Time.Now, tries, Succeeded: true));
                    return new(response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token));
                }
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException or OperationCanceledException)
            {
                if (cancellation.IsCancellationRequested)
                {
                    _record.Add(new Operation(start, _notebook.Time.Now, tries, Succeeded: false));
                    throw new OperationCanceledException(null, lost, cancellation);
                }
            }
            try
            {
                await Task.Delay(_chance.Next(PauseMsLeast, PauseMsMost), cancellation);
            }
            catch (OperationCanceledException)
            {
                _record.Add(new Operation(start, _notebook.Time.Now, tries, Succeeded: false));
                throw;
            }
        }
    }

    public Task<Answer> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, null, cancellation);

    public Task<Answer> PostAsync(string path, string body, CancellationToken cancellation) => SendAsync(HttpMethod.Post, path, body, null, cancellation);

    public void Dispose() => _http.Dispose();
}
