using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NexusActors.Processes;

namespace NexusActors.Learning;

/// <summary>What was answered outlives the process that answered it, and what was not can be asked for again.</summary>
public sealed class DecisionCrashTests : IDisposable
{
    private static readonly string[] Objectives = ["minimize_cost"];

    private const int Callers = 8, KilledAfter = 120;

    private readonly SiloPlace _place = new();
    private readonly HttpClient _http = new();
    private readonly ConcurrentDictionary<string, string> _decided = new();
    private readonly ConcurrentDictionary<string, string> _asked = new();
    private readonly ConcurrentDictionary<string, bool> _told = new();

    public DecisionCrashTests() => _http.BaseAddress = _place.Learning;

    public void Dispose()
    {
        _http.Dispose();
        _place.Dispose();
    }

    [Fact]
    public async Task Decide_ProcessIsKilledAtWork_AnswersAndOutcomesAreKeptAndRepeatsAreHarmless()
    {
        await using (var silo = await SiloProcess.StartAsync(_place))
        {
            var callers = Enumerable.Range(0, Callers).Select(CallAsync).ToArray();
            await UntilAsync(() => _told.Count >= KilledAfter);
            await silo.KillAsync();
            await Task.WhenAll(callers);
        }

        await using var next = await SiloProcess.StartAsync(_place);
        foreach (var (id, answer) in _decided)
        {
            var stored = await _http.GetFromJsonAsync<JsonElement>("decisions/" + id);
            Assert.Equal(answer, stored.GetProperty("decision_result").GetRawText());
            if (!_told.TryGetValue(id, out var success)) { continue; }
            Assert.Equal(success, stored.GetProperty("outcome").GetProperty("success").GetBoolean());
            Assert.Equal(success, (await _http.GetFromJsonAsync<JsonElement>("learning/experiences/decision:" + id)).GetProperty("success").GetBoolean());
        }
        foreach (var id in _asked.Keys)
        {
            var again = await DecideAsync(id);
            if (_decided.TryGetValue(id, out var first)) { Assert.Equal(first, again); }
            Assert.True(await TellAsync(id));
        }
        var confidence = await _http.GetFromJsonAsync<JsonElement>("decisions/confidence");
        var policy = await _http.GetFromJsonAsync<JsonElement>("decisions/policies/capacity_planning");
        Assert.Equal((_asked.Count, _asked.Count), (confidence.GetProperty("all").GetProperty("outcomes").GetInt32(), policy.GetProperty("outcomes").GetInt32()));
    }

    /// <summary>Decides and tells, until nobody answers.</summary>
    private async Task CallAsync(int caller)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var id = $"{caller}-{i}";
                _asked[id] = "";
                _decided[id] = await DecideAsync(id);
                if (await TellAsync(id)) { _told[id] = Success(id); }
            }
        }
        catch (HttpRequestException)
        {
            // The process is gone.
        }
    }

    private async Task<string> DecideAsync(string id)
    {
        using var reply = await _http.PostAsJsonAsync("decisions", new
        {
            id,
            scenario_type = "capacity_planning",
            description = "",
            context = new { caller = id },
            objectives = Objectives,
            available_actions = new[] { new { name = "a", cost = 1 }, new { name = "b", cost = 2 } },
            mode = "explore",
        });
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return (await reply.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("decision_result").GetRawText();
    }

    private async Task<bool> TellAsync(string id)
    {
        using var reply = await _http.PostAsJsonAsync($"decisions/{id}/outcome", new { success = Success(id) });
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return true;
    }

    private static bool Success(string id) => id[^1] % 3 != 0;

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var end = TimeProvider.System.GetUtcNow().AddSeconds(60); !holds(); await Task.Delay(TimeSpan.FromMilliseconds(5))) { Assert.True(TimeProvider.System.GetUtcNow() < end, "not within a minute"); }
    }
}
