using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NexusActors.Processes;

namespace NexusActors.Legacy;

/// <summary>A client written for the original system, which knows nothing of leases, queues or modes.</summary>
public sealed class OriginalClientTests : IAsyncLifetime
{
    private const string DecisionEngine = """{"id":"decision_engine_01","agent_type":"decision_engine","name":"Decision Engine","capabilities":["analysis","decision_making"],"max_capacity":100}""";
    private const string QaAutomation = """{"id":"qa_automation_01","agent_type":"qa_automation","name":"QA Automation","capabilities":["testing","validation"]}""";
    private const string Analysis = """{"task_type":"analysis","priority":3,"description":"Analyze system performance","requirements":{"capability":"analysis"},"estimated_duration":300}""";
    private const string Testing = """{"task_type":"testing","priority":2,"description":"Run regression tests","requirements":{},"dependencies":[],"estimated_duration":120}""";

    private readonly SiloPlace _place = new();
    private readonly HttpClient _http = new();
    private SiloProcess? _silo;

    public async Task InitializeAsync()
    {
        _silo = await SiloProcess.StartAsync(_place);
        _http.BaseAddress = _place.Coordination;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        if (_silo is not null) { await _silo.DisposeAsync(); }
        _place.Dispose();
    }

    [Fact]
    public async Task Client_RegistersTwoAgentsAndSubmitsTwoTasks_FindsThemAssignedWithinFiveSeconds()
    {
        await SendAsync("agents", DecisionEngine);
        await SendAsync("agents", QaAutomation);
        var analysis = await SendAsync("tasks", Analysis);
        var testing = await SendAsync("tasks", Testing);
        var (first, second) = (analysis.GetProperty("task_id").GetString()!, testing.GetProperty("task_id").GetString()!);

        var waited = Stopwatch.StartNew();
        JsonElement tasks;
        do
        {
            tasks = (await _http.GetFromJsonAsync<JsonElement>("tasks")).GetProperty("tasks");
        }
        while (waited.Elapsed < TimeSpan.FromSeconds(5) && tasks.EnumerateObject().Any(task => Text(task.Value, "status") != "assigned"));

        Assert.Equal(("assigned", "decision_engine_01"), (Text(tasks.GetProperty(first), "status"), Text(tasks.GetProperty(first), "assigned_agent")));
        Assert.Equal(("assigned", "qa_automation_01"), (Text(tasks.GetProperty(second), "status"), Text(tasks.GetProperty(second), "assigned_agent")));

        await PutStatusAsync(first, new { status = "in_progress" });
        await PutStatusAsync(first, new { status = "completed", result = new { finding = "all good", score = 0.9 } });
        await PutStatusAsync(second, new { status = "in_progress" });
        await PutStatusAsync(second, new { status = "failed", error_message = "2 tests failed" });
        var listed = await _http.GetFromJsonAsync<JsonElement>("tasks");
        Assert.Equal(2, listed.GetProperty("count").GetInt32());
        var done = listed.GetProperty("tasks").GetProperty(first);
        Assert.Equal(("completed", "all good"), (Text(done, "status"), Text(done.GetProperty("result"), "finding")));
        Assert.True(done.GetProperty("actual_duration").GetDouble() >= 0);
        Assert.Equal(1, listed.GetProperty("tasks").GetProperty(second).GetProperty("retry_count").GetInt32());
        var agents = (await _http.GetFromJsonAsync<JsonElement>("agents")).GetProperty("agents");
        Assert.Equal((0, "active"), (agents.GetProperty("decision_engine_01").GetProperty("current_load").GetInt32(), Text(agents.GetProperty("decision_engine_01"), "status")));
    }

    [Fact]
    public async Task Client_SameIdAgain_IsRefusedWithTheErrorMemberThatItReads()
    {
        await SendAsync("agents", DecisionEngine);

        using var again = await _http.PostAsync("agents", Json(DecisionEngine));

        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        Assert.False(string.IsNullOrEmpty(Text(await again.Content.ReadFromJsonAsync<JsonElement>(), "error")));
    }

    private async Task<JsonElement> SendAsync(string path, string body)
    {
        using var response = await _http.PostAsync(path, Json(body));
        return await SuccessAsync(response);
    }

    private async Task PutStatusAsync(string task, object body)
    {
        using var response = await _http.PutAsJsonAsync($"tasks/{task}/status", body);
        await SuccessAsync(response);
    }

    private static async Task<JsonElement> SuccessAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {text}");
        var answer = JsonElement.Parse(text);
        Assert.True(answer.TryGetProperty("timestamp", out _), text);
        return answer;
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static string? Text(JsonElement element, string member) => element.GetProperty(member).GetString();
}
