namespace NexusActors.Samples.Agent;

public sealed class ShellCommandTests
{
    private static ShellCommand With(AllowedCommand command) =>
        new(new AgentLimits { Commands = new Dictionary<string, AllowedCommand> { ["it"] = command } }, TimeProvider.System);

    [Fact]
    public async Task Run_AllowedCommand_GivesOutputAndExitCode()
    {
        var result = await With(new AllowedCommand { File = "echo", Arguments = ["hello"] }).RunAsync(Orders.Of("""{"command":"it"}"""), CancellationToken.None);

        Assert.Equal("hello\n", (string?)result["output"]);
        Assert.Equal(0, (int?)result["exit_code"]);
    }

    [Fact]
    public async Task Run_ArgumentsFullOfShell_ArePassedAsTheyAre()
    {
        var kind = With(new AllowedCommand { File = "printf", Arguments = ["%s|"], MoreArguments = true });

        var result = await kind.RunAsync(Orders.Of("""{"command":"it","arguments":["$HOME; echo x","`id`","a b"]}"""), CancellationToken.None);

        Assert.Equal("$HOME; echo x|`id`|a b|", (string?)result["output"]);
    }

    [Fact]
    public async Task Run_CommandNotListed_IsRefused() =>
        Assert.Equal("not_allowed", (await Orders.FailureOf(With(new AllowedCommand { File = "echo" }), """{"command":"sh"}""")).Code);

    [Fact]
    public async Task Run_ArgumentsNotAllowed_IsRefused() =>
        Assert.Equal("not_allowed", (await Orders.FailureOf(With(new AllowedCommand { File = "echo" }), """{"command":"it","arguments":["x"]}""")).Code);

    [Fact]
    public async Task Run_ExitCodeNotZero_FailsWithWhatItSaid()
    {
        var failure = await Orders.FailureOf(With(new AllowedCommand { File = "sh", Arguments = ["-c", "echo broken >&2; exit 3"] }), """{"command":"it"}""");

        Assert.Equal("exit_code", failure.Code);
        Assert.Contains("ended with 3: broken", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TooLong_IsKilledWithItsChildren()
    {
        var failure = await Orders.FailureOf(With(new AllowedCommand { File = "sh", Arguments = ["-c", "sleep 60 & wait"], TimeoutSeconds = 0.2 }), """{"command":"it"}""");

        Assert.Equal("timeout", failure.Code);
        Assert.True(failure.Retryable);
    }

    [Fact]
    public async Task Run_MuchOutput_KeepsTheFirstBytes()
    {
        var kind = With(new AllowedCommand { File = "sh", Arguments = ["-c", "yes | head -c 1000000"], OutputBytesMax = 100 });

        var result = await kind.RunAsync(Orders.Of("""{"command":"it"}"""), CancellationToken.None);

        Assert.Equal(100, ((string?)result["output"])!.Length);
        Assert.True((bool?)result["cut"]);
    }

    [Fact]
    public async Task Run_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            With(new AllowedCommand { File = "sleep", Arguments = ["60"] }).RunAsync(Orders.Of("""{"command":"it"}"""), stop.Token));
    }

    [Fact]
    public async Task Run_NoSuchProgram_FailsForGood()
    {
        var failure = await Orders.FailureOf(With(new AllowedCommand { File = "no-such-program-here" }), """{"command":"it"}""");

        Assert.Equal("cannot_start", failure.Code);
        Assert.False(failure.Retryable);
    }
}
