using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NexusActors.Hosting;
using NexusActors.Processes;

namespace NexusActors.Learning;

/// <summary>A plan that was accepted outlives the process that accepted it.</summary>
public sealed class PlanCrashTests : IDisposable
{
    private readonly SiloPlace _place = new();
    private readonly HttpClient _http = new();

    public PlanCrashTests() => _http.BaseAddress = _place.Learning;

    public void Dispose()
    {
        _http.Dispose();
        _place.Dispose();
    }

    /// <summary>Too many goals for too small teams: the search uses all of its time.</summary>
    private static object Request(string id, bool wait, int seconds) => new
    {
        id,
        wait,
        search_seconds = seconds,
        goals = Enumerable.Range(0, 150).Select(i => new
        {
            id = $"g{i}",
            description = "",
            priority = 1 + (i % 5),
            success_criteria = Array.Empty<string>(),
            effort_days = 1 + (i * 7919 % 13),
            depends_on = i > 9 ? new[] { $"g{i * 31 % i}" } : [],
            resources = new { x = 1 + (i * 5 % 4), y = i * 11 % 6, z = i * 3 % 5 },
        }),
        constraints = new { team_sizes = new { x = 9, y = 11, z = 8 } },
    };

    [Fact]
    public async Task Make_ProcessStopsWhilePlanning_CallerIsToldWhereThePlanWillBe()
    {
        await using var silo = await SiloProcess.StartAsync(_place);
        var making = _http.PostAsJsonAsync("strategic-plans", Request("told", wait: true, seconds: 300));
        while ((await _http.GetAsync(new Uri("strategic-plans/told", UriKind.Relative))).StatusCode != HttpStatusCode.OK) { }

        var stopping = Stopwatch.StartNew();
        silo.RequestTermination();

        using var answer = await making;
        Assert.Equal((HttpStatusCode.Accepted, "/strategic-plans/told"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal(ExitCode.Done, await silo.WaitExitAsync());
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(15), $"stopped after {stopping.Elapsed}:\n{silo.Output}");
        Assert.DoesNotContain("fail:", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_ProcessIsKilledWhilePlanning_IsPlannedWhenItIsNextRead()
    {
        var request = Request("kept", wait: false, seconds: 2);
        await using (var silo = await SiloProcess.StartAsync(_place))
        {
            using var accepted = await _http.PostAsJsonAsync("strategic-plans", request);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            await silo.KillAsync();
        }

        await using var next = await SiloProcess.StartAsync(_place);
        var listed = await _http.GetFromJsonAsync<JsonElement>("strategic-plans");
        Assert.Equal(("kept", "planning"), (Text(listed.GetProperty("strategic_plans")[0], "id"), Text(listed.GetProperty("strategic_plans")[0], "status")));

        var plan = (await _http.GetFromJsonAsync<JsonElement>("strategic-plans/kept?wait_seconds=60")).GetProperty("strategic_plan");
        Assert.Equal(("ready", 1, 150), (Text(plan, "status"), plan.GetProperty("version").GetInt32(), plan.GetProperty("schedule").GetArrayLength()));
        using var again = await _http.PostAsJsonAsync("strategic-plans", request);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
