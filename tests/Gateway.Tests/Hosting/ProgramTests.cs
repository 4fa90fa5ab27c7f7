using System.Diagnostics;

namespace NexusActors.Hosting;

/// <summary>The gateway started as a program.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task Program_WithoutACluster_NamesWhatIsMissing()
    {
        var (code, errors) = await RunAsync();
        Assert.Equal(ExitCode.CannotStart, code);
        Assert.Contains("Nexus:Postgres:ConnectionString: is required.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_EmbeddedMode_SaysWhatToStartInstead()
    {
        var (code, errors) = await RunAsync("--Nexus:Mode=Embedded", "--Nexus:Postgres:ConnectionString=Host=hidden");
        Assert.Equal(ExitCode.CannotStart, code);
        Assert.Contains("dotnet run --project Silo", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_SettingsOfSilosBesideItsOwn_AreNoFaults()
    {
        var (code, errors) = await RunAsync("--Nexus:Silo:SiloPort=1", "--Nexus:Coordination:LeaseTime=00:00:10", "--Nexus:Postgres:ConnectionsMax=9", "--Nexus:Gatway:LearningPort=1");
        Assert.Equal(ExitCode.CannotStart, code);
        Assert.Contains("for 2 reasons", errors, StringComparison.Ordinal);
        Assert.Contains("Nexus:Gatway:LearningPort is not a setting. Did you mean Nexus:Gateway:LearningPort?", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Errors)> RunAsync(params string[] arguments)
    {
        using var program = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["exec", Path.Combine(AppContext.BaseDirectory, "NexusActors.Gateway.dll"), .. arguments]) { RedirectStandardError = true })!;
        var errors = await program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();
        return (program.ExitCode, errors);
    }
}
