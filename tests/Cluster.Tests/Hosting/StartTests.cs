using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using NexusActors.Processes;

namespace NexusActors.Hosting;

/// <summary>The real program: how it starts, refuses to start, and says so.</summary>
public sealed class StartTests : IDisposable
{
    private readonly SiloPlace _place = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _place.Dispose();
    }

    [Fact]
    public async Task Start_EmptyFolder_IsHealthyOnThreePorts()
    {
        await using var silo = await SiloProcess.StartAsync(_place);
        (Uri Address, string Service)[] expected =
            [(_place.Coordination, "multi_agent_coordinator"), (_place.Learning, "adaptive_learning_engine"), (_place.Optimization, "production_optimizer")];
        foreach (var (address, service) in expected)
        {
            using var health = JsonDocument.Parse(await _http.GetStringAsync(new Uri(address, "health")));
            Assert.Equal("healthy", health.RootElement.GetProperty("status").GetString());
            Assert.Equal(service, health.RootElement.GetProperty("service").GetString());
            foreach (var path in (string[])["healthz", "readyz", "metrics", "openapi/v1.json", "docs"])
            {
                using var answer = await _http.GetAsync(new Uri(address, path));
                Assert.True(answer.IsSuccessStatusCode, $"{address}{path}: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Start_Ready_SaysWhereEverythingIs()
    {
        await using var silo = await SiloProcess.StartAsync(_place);
        await Until(() => silo.Output.Contains("Ready in", StringComparison.Ordinal), silo);
        Assert.Contains(_place.Coordination.ToString(), silo.Output, StringComparison.Ordinal);
        Assert.Contains($"{_place.Learning}docs", silo.Output, StringComparison.Ordinal);
        Assert.Contains(_place.Optimization.ToString(), silo.Output, StringComparison.Ordinal);
        Assert.Contains(_place.Folder, silo.Output, StringComparison.Ordinal);
        Assert.Equal("", silo.Errors);
    }

    [Fact]
    public async Task Start_DefaultFolder_IsUnderTheCurrentDirectory()
    {
        await using var silo = SiloProcess.LaunchBare(_place, [.. _place.Arguments.Where(argument => !argument.Contains("DataFolder", StringComparison.Ordinal))]);
        await silo.WaitReadyAsync();
        Assert.True(Directory.Exists(Path.Combine(_place.Folder, "data")));
    }

    [Fact]
    public async Task Start_TwoAtOnce_BothServe()
    {
        using var other = new SiloPlace();
        await using var first = await SiloProcess.StartAsync(_place);
        await using var second = await SiloProcess.StartAsync(other);
        Assert.False(first.HasExited);
    }

    [Fact]
    public async Task Start_ManyFaults_NamesAllOfThemInOneMessage()
    {
        await using var silo = SiloProcess.LaunchBare(_place,
            "--Nexus:Mode=Clustre", "--Nexus:Silo:ShutdownTimeout=30", "--Nexus:Silo:DataFoldr=x",
            "--Nexus:Gateway:BindAddress=0.0.0.0", "--colour");
        Assert.Equal(ExitCode.CannotStart, await silo.WaitExitAsync());
        Assert.Collection(
            silo.Errors.Split('\n'),
            line => Assert.Equal("NexusActors cannot start, for 5 reasons:", line),
            line => Assert.Equal("  - --colour is not an argument. --help lists what there is.", line),
            line => Assert.Equal("  - Nexus:Mode = \"Clustre\": must be Embedded | Cluster.", line),
            line => Assert.Equal("  - Nexus:Silo:DataFoldr is not a setting. Did you mean Nexus:Silo:DataFolder?", line),
            line => Assert.Equal("  - Nexus:Silo:ShutdownTimeout = \"30\": must be [d.]hh:mm:ss[.fff].", line),
            line => Assert.StartsWith("  - Nexus:Gateway:BindAddress = \"0.0.0.0\": ", line, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ClusterModeWithoutServers_NamesBothSettingsAndNoSecret()
    {
        await using var silo = SiloProcess.LaunchBare(_place, "--Nexus:Mode=Cluster", "--Nexus:Postgres:ConnectionString=hidden", "--Nexus:Silo:AdvertisedAddress=0.0.0.0");
        Assert.Equal(ExitCode.CannotStart, await silo.WaitExitAsync());
        Assert.Collection(
            silo.Errors.Split('\n'),
            line => Assert.Equal("NexusActors cannot start, for 3 reasons:", line),
            line => Assert.StartsWith("  - Nexus:Postgres:ConnectionString = (secret): is not of the form", line, StringComparison.Ordinal),
            line => Assert.Equal("  - Nexus:Redis:ConnectionString: is required.", line),
            line => Assert.StartsWith("  - Nexus:Silo:AdvertisedAddress = \"0.0.0.0\": must be an IP address", line, StringComparison.Ordinal));
        Assert.DoesNotContain("hidden", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ValuesOutOfRange_NamesEach()
    {
        await using var silo = SiloProcess.LaunchBare(_place, "--Nexus:Silo:SiloPort=99999", "--Nexus:Silo:DataFolder=", "--Nexus:Gateway:LearningPort", "-1");
        Assert.Equal(ExitCode.CannotStart, await silo.WaitExitAsync());
        Assert.Contains("Nexus:Silo:SiloPort = \"99999\": must be between 0 and 65535.", silo.Errors, StringComparison.Ordinal);
        Assert.Contains("Nexus:Silo:DataFolder = \"\": is required.", silo.Errors, StringComparison.Ordinal);
        Assert.Contains("Nexus:Gateway:LearningPort = \"-1\": must be between 0 and 65535.", silo.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortTaken_NamesPortAndSetting()
    {
        using var taken = new TcpListener(IPAddress.Loopback, _place.Learning.Port);
        taken.Start();
        await using var silo = SiloProcess.Launch(_place);
        Assert.Equal(ExitCode.CannotStart, await silo.WaitExitAsync());
        Assert.Contains($"Port {_place.Learning.Port} is taken", silo.Errors, StringComparison.Ordinal);
        Assert.Contains("Nexus:Gateway:LearningPort", silo.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FolderCannotBeWritten_NamesFolderAndSetting()
    {
        var file = Path.Combine(_place.Folder, "file");
        await File.WriteAllTextAsync(file, "");
        await using var silo = SiloProcess.Launch(_place, [$"--Nexus:Silo:DataFolder={file}/data"]);
        Assert.Equal(ExitCode.CannotStart, await silo.WaitExitAsync());
        Assert.Contains($"Nexus:Silo:DataFolder = \"{file}/data\" cannot be written to", silo.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FolderInUse_NamesFolder()
    {
        using var other = new SiloPlace();
        await using var first = await SiloProcess.StartAsync(_place);
        await using var second = SiloProcess.Launch(other, [$"--Nexus:Silo:DataFolder={_place.Folder}"]);
        Assert.Equal(ExitCode.CannotStart, await second.WaitExitAsync());
        Assert.Contains($"Another process uses the data at {_place.Folder}", second.Errors, StringComparison.Ordinal);
        Assert.False(first.HasExited);
    }

    [Fact]
    public async Task Start_JsonLog_EveryLineIsJson()
    {
        await using var silo = await SiloProcess.StartAsync(_place, ["--Nexus:Silo:LogFormat=Json"], new Dictionary<string, string?> { ["REDIS_HOST"] = "redis" });
        await Until(() => silo.Output.Contains("is ready at", StringComparison.Ordinal), silo);
        Assert.Equal(0, await silo.TerminateAsync());
        Assert.All(silo.Output.Split('\n'), line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public async Task Probe_NobodyThere_ThenReady_SaysSo()
    {
        await using var before = SiloProcess.Launch(_place, ["--probe", "readyz"]);
        Assert.Equal(ExitCode.Unwell, await before.WaitExitAsync());
        await using var silo = await SiloProcess.StartAsync(_place);
        await using var after = SiloProcess.Launch(_place, ["--probe", "readyz"]);
        Assert.Equal(ExitCode.Done, await after.WaitExitAsync());
        await using var wrong = SiloProcess.Launch(_place, ["--probe", "/nowhere"]);
        Assert.Equal(ExitCode.Unwell, await wrong.WaitExitAsync());
        Assert.Contains("404", wrong.Errors, StringComparison.Ordinal);
    }

    private static async Task Until(Func<bool> holds, SiloProcess silo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, silo.Output);
            await Task.Delay(20);
        }
    }
}
