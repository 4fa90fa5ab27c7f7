using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NexusActors.Crash;

/// <summary>Submits batches, each under its own Idempotency-Key, and repeats them until they are answered.</summary>
/// <param name="http">Client of the coordinator.</param>
/// <param name="keys">Prefix of the keys.</param>
internal sealed class BatchSubmitter(HttpClient http, string keys)
{
    private const double AgainChance = 0.1;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private int _batches;

    /// <summary>How often a batch was sent once more, its answer unknown or known.</summary>
    public int Repeats { get; private set; }

    /// <summary>Returns when every task is acknowledged; some batches are sent again although they were.</summary>
    public async Task SubmitAsync(IReadOnlyList<SubmittedTask> tasks, Random chance, CancellationToken cancellation)
    {
        var key = $"{keys}-{_batches++}";
        var body = Encoding.UTF8.GetBytes(new JsonArray([.. tasks.Select(Body)]).ToJsonString());
        var first = await AnswerAsync(key, body, cancellation);
        if (chance.NextDouble() < AgainChance)
        {
            Repeats++;
            var again = await AnswerAsync(key, body, cancellation);
            Assert.Equal(first, again);
        }
    }

    private async Task<string[]> AnswerAsync(string key, byte[] body, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                limit.CancelAfter(TimeSpan.FromSeconds(30));
                using var request = new HttpRequestMessage(HttpMethod.Post, "tasks/batch") { Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } } };
                request.Headers.Add("Idempotency-Key", key);
                using var response = await http.SendAsync(request, limit.Token);
                if ((int)response.StatusCode < 500)
                {
                    Assert.True(response.IsSuccessStatusCode, $"batch {key}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(limit.Token)}");
                    var answer = await response.Content.ReadFromJsonAsync<JsonElement>(limit.Token);
                    var results = answer.GetProperty("results").EnumerateArray().ToArray();
                    Assert.DoesNotContain(results, result => result.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String);
                    return [.. results.Select(result => result.GetProperty("task_id").GetString()!)];
                }
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException || (lost is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // the service was killed; perhaps the batch is in, perhaps not
            }
            Repeats++;
            await Task.Delay(Pause, cancellation);
        }
    }

    private static JsonNode Body(SubmittedTask task) => new JsonObject
    {
        ["id"] = task.Id,
        ["task_type"] = task.Type,
        ["priority"] = task.Priority,
        ["description"] = "crash test",
        ["queue"] = task.Queue,
        ["dependencies"] = new JsonArray([.. task.Parents.Select(edge => new JsonObject { ["task_id"] = edge.Parent, ["on_failure"] = edge.OnFailure })]),
        ["retry"] = new JsonObject { ["max_retries"] = task.MaxRetries, ["max_losses"] = task.MaxLosses, ["backoff_base_seconds"] = 0.05, ["backoff_cap_seconds"] = 0.5 },
    };
}
