using System.Diagnostics;
using System.Reflection;
using Xunit.Abstractions;

namespace NexusActors.Chaos;

/// <summary>A short run of the chaos program: its exit code says whether every invariant holds. Figures depend on who else uses the machine and are printed alone.</summary>
public sealed class ChaosRunTests(ITestOutputHelper output)
{
    private const string Anybody = "kill-silo,kill-postgres,flush-redis,poison-task,total-crash", Root = "cut-all,cut-database";
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(8);
    private static readonly string Program = typeof(ChaosRunTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "ChaosAssembly").Value!;

    [Fact]
    public async Task Run_ShortWithTheGravestFaults_EveryInvariantHolds()
    {
        var (code, said) = await RunAsync("--short", "--faults", Environment.IsPrivilegedProcess ? $"{Anybody},{Root}" : Anybody);

        Assert.True(code == 0, said);
    }

    /// <summary>What cannot be injected is not left out in silence.</summary>
    [Fact]
    public async Task Run_FaultThatNobodyKnows_IsRefused()
    {
        var (code, said) = await RunAsync("--short", "--faults", "calm,earthquake");

        Assert.Equal(2, code);
        Assert.Contains("there is no fault earthquake", said, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        using var run = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", Program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(TimeMax);
        var said = Task.WhenAll(run.StandardOutput.ReadToEndAsync(CancellationToken.None), run.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            await run.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            run.Kill(entireProcessTree: true);
            Assert.Fail($"not over after {TimeMax.TotalMinutes} minutes:\n{string.Join('\n', await said)}");
        }
        var text = string.Join('\n', await said);
        output.WriteLine(text);
        return (run.ExitCode, text);
    }
}
