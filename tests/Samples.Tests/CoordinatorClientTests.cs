using CsCheck;

namespace NexusActors.Samples.Agent;

public sealed class CoordinatorClientTests
{
    private static readonly Backoff NoWait = new(TimeSpan.Zero, TimeSpan.Zero, new Random(1));

    private static CoordinatorClient Over(ScriptedHttp http) =>
        new(new HttpClient(http) { BaseAddress = new Uri("http://c/") }, NoWait, TimeProvider.System, _ => { });

    [Fact]
    public async Task Lease_CoordinatorDownThenBusyThenThere_IsRepeatedUntilAnswered()
    {
        var tries = 0;
        var http = new ScriptedHttp(_ => ++tries switch
        {
            1 => throw new HttpRequestException("refused"),
            2 => ScriptedHttp.Answer(503, """{"error":"storage"}"""),
            3 => ScriptedHttp.Answer(429, "slow down"),
            _ => ScriptedHttp.Answer(200, """{"leases":[{"task_id":"t","attempt":2,"lease_token":"k","expires_at":"2030-01-01T00:00:00Z","task":{"task_type":"analysis","requirements":{"work":{}}},"parents":[]}],"count":1,"timestamp":"2029-01-01T00:00:00Z"}"""),
        });

        var answer = await Over(http).LeaseAsync("a b", 3, TimeSpan.FromSeconds(2), CancellationToken.None);

        Assert.Equal(("t", 2, "k"), (answer.Leases[0].TaskId, answer.Leases[0].Attempt, answer.Leases[0].LeaseToken));
        Assert.Equal(4, http.Seen.Count);
        Assert.All(http.Seen, call => Assert.Equal(("/agents/a%20b/leases", """{"max":3,"wait_seconds":2}"""), (call.Path, call.Body)));
    }

    [Fact]
    public async Task Lease_NothingThere_IsEmpty() =>
        Assert.Empty((await Over(new ScriptedHttp(_ => ScriptedHttp.Answer(204, ""))).LeaseAsync("a", 1, TimeSpan.Zero, CancellationToken.None)).Leases);

    [Fact]
    public async Task Report_Refused_ThrowsAtOnce()
    {
        var http = new ScriptedHttp(_ => ScriptedHttp.Answer(409, """{"error":"gone","code":"lease_lost"}"""));

        var refusal = await Assert.ThrowsAsync<CoordinatorException>(() => Over(http).ReportAsync("a", [], CancellationToken.None));

        Assert.Equal(("lease_lost", "gone"), (refusal.Code, refusal.Message));
        Assert.Single(http.Seen);
    }

    [Fact]
    public void Wait_AnyRepeat_StaysBelowBoundAndAboveWhatTheServerAsked() =>
        Gen.Select(Gen.Int[1, 100], Gen.Int[0, 60], Gen.Int).Sample((repeat, asked, seed) =>
        {
            var backoff = new Backoff(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(5), new Random(seed));
            var bound = Math.Min(5, 0.2 * Math.Pow(2, Math.Min(repeat - 1, 30)));
            var free = backoff.Wait(repeat, null).TotalSeconds;
            var told = backoff.Wait(repeat, TimeSpan.FromSeconds(asked)).TotalSeconds;
            return free >= 0 && free <= bound && told >= asked && told <= asked + bound;
        });
}
