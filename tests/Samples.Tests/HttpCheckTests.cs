using System.Net;

namespace NexusActors.Samples.Agent;

public sealed class HttpCheckTests
{
    private static HttpCheck Against(ScriptedHttp http, params string[] hosts) =>
        new(new HttpClient(http), new AgentLimits { HttpHosts = hosts.Length > 0 ? hosts : ["svc"] }, TimeProvider.System);

    [Fact]
    public async Task Run_ExpectedStatusAndText_GivesLatency()
    {
        var result = await Against(new ScriptedHttp(_ => ScriptedHttp.Answer(200, "all is healthy"))).RunAsync(Orders.Of("""{"url":"http://svc/health","text":"healthy"}"""), CancellationToken.None);

        Assert.Equal(200, (int?)result["status"]);
        Assert.True((double?)result["latency_ms"] >= 0);
    }

    [Theory]
    [InlineData(503, "unexpected_status", true)]
    [InlineData(404, "unexpected_status", false)]
    [InlineData(200, "text_missing", false)]
    public async Task Run_AnotherAnswer_Fails(int status, string code, bool retryable)
    {
        var failure = await Orders.FailureOf(Against(new ScriptedHttp(_ => ScriptedHttp.Answer(status, "no"))), """{"url":"http://svc/","text":"healthy"}""");

        Assert.Equal((code, retryable), (failure.Code, failure.Retryable));
    }

    [Theory]
    [InlineData("http://other/", "not_allowed")]
    [InlineData("file:///etc/hostname", "bad_order")]
    [InlineData("health", "bad_order")]
    public async Task Run_AddressNotAllowed_IsRefusedWithoutACall(string url, string code)
    {
        var http = new ScriptedHttp(_ => ScriptedHttp.Answer(200, ""));

        Assert.Equal(code, (await Orders.FailureOf(Against(http), $$"""{"url":"{{url}}"}""")).Code);
        Assert.Empty(http.Seen);
    }

    [Fact]
    public async Task Run_NobodyThere_IsTriedAgain()
    {
        var failure = await Orders.FailureOf(Against(new ScriptedHttp(_ => throw new HttpRequestException("refused"))), """{"url":"http://svc/"}""");

        Assert.Equal(("unreachable", true), (failure.Code, failure.Retryable));
    }

    [Fact]
    public async Task Run_NoAnswerInTime_IsTriedAgain()
    {
        var silent = new TaskCompletionSource<HttpResponseMessage>();
        var failure = await Orders.FailureOf(Against(new ScriptedHttp(_ => throw new InvalidOperationException()) { Hold = silent.Task }), """{"url":"http://svc/","timeout_seconds":0.1}""");

        Assert.Equal(("timeout", true), (failure.Code, failure.Retryable));
    }

    [Fact]
    public async Task Run_RedirectWanted_IsAnAnswer()
    {
        var result = await Against(new ScriptedHttp(_ => ScriptedHttp.Answer((int)HttpStatusCode.Found, ""))).RunAsync(Orders.Of("""{"url":"http://svc/","status":302}"""), CancellationToken.None);

        Assert.Equal(302, (int?)result["status"]);
    }
}
