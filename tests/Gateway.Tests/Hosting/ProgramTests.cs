using System.Diagnostics;

namespace NexusActors.Hosting;

/// <summary>The gateway started as a program.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task Program_OnItsOwn_SaysWhatToStartInsteadAndFails()
    {
        using var program = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["exec", Path.Combine(AppContext.BaseDirectory, "NexusActors.Gateway.dll")]) { RedirectStandardError = true })!;
        var errors = await program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();

        Assert.Equal(2, program.ExitCode);
        Assert.Contains("dotnet run --project Silo", errors, StringComparison.Ordinal);
    }
}
