using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using NexusActors.Errors;
using NexusActors.Ledger;
using NexusActors.Processes;

namespace NexusActors.Hosting;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Readyz_StopRequested_IsUnavailableWhileRequestsAreStillAnswered()
    {
        using var place = new SiloPlace();
        await using var app = EmbeddedHost.Build([.. place.Arguments]);
        await app.StartAsync();
        using var http = new HttpClient();
        using var before = await http.GetAsync(new Uri(place.Coordination, "readyz"));
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        using var after = await http.GetAsync(new Uri(place.Learning, "readyz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, after.StatusCode);
        Assert.Contains("stopping", await after.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var live = await http.GetAsync(new Uri(place.Learning, "healthz"));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await app.StopAsync();
    }

    [Fact]
    public async Task StartUnlessStopped_StopCameFirst_DoesNotRun()
    {
        using var place = new SiloPlace();
        await using var app = EmbeddedHost.Build([.. place.Arguments]);
        app.Lifetime.StopApplication();
        Assert.False(await app.StartUnlessStoppedAsync());
    }

    [Fact]
    public async Task LedgerReadiness_StorageFailsAndRecovers_Follows()
    {
        var time = new FakeTimeProvider();
        var ledger = ScriptedLedger.Create(out var script);
        var check = new LedgerReadiness(ledger, time);
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new())).Status);

        script.Commit = () => throw new NexusException(NexusError.StorageUnavailable, "disk full");
        time.Advance(TimeSpan.FromSeconds(2));
        var failed = await check.CheckHealthAsync(new());
        Assert.Equal((HealthStatus.Unhealthy, "disk full"), (failed.Status, failed.Description));

        script.Commit = ScriptedLedger.Done;
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new())).Status);
    }

    [Fact]
    public async Task LedgerReadiness_AskedOftenOrAtOnce_WritesOnce()
    {
        var time = new FakeTimeProvider();
        var ledger = ScriptedLedger.Create(out var script);
        var check = new LedgerReadiness(ledger, time);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => check.CheckHealthAsync(new())));
        time.Advance(TimeSpan.FromSeconds(1.9));
        await check.CheckHealthAsync(new());
        Assert.Equal(1, script.Commits);
    }

    [Fact]
    public async Task LedgerReadiness_WriteHangs_IsUnhealthyAfterItsPatience()
    {
        var time = new FakeTimeProvider();
        var ledger = ScriptedLedger.Create(out var script);
        script.Commit = () => new TaskCompletionSource<ImmutableArray<CommitResult>>().Task;
        var checking = new LedgerReadiness(ledger, time).CheckHealthAsync(new());
        Assert.False(checking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(HealthStatus.Unhealthy, (await checking).Status);
    }
}

/// <summary>A ledger that can only commit, as told.</summary>
public class ScriptedLedger : DispatchProxy
{
    internal static readonly Func<Task<ImmutableArray<CommitResult>>> Done = () => Task.FromResult<ImmutableArray<CommitResult>>([new(CommitOutcome.Done)]);

    internal Func<Task<ImmutableArray<CommitResult>>> Commit { get; set; } = Done;

    internal int Commits { get; private set; }

    internal static ILedger Create(out ScriptedLedger script)
    {
        var ledger = Create<ILedger, ScriptedLedger>();
        script = (ScriptedLedger)(object)ledger;
        return ledger;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        Assert.Equal(nameof(ILedger.CommitAsync), targetMethod?.Name);
        Commits++;
        return Commit();
    }
}
