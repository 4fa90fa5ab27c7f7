using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>Asks the service that runs on this machine how it is, for health probes that can only run a command.</summary>
internal static class Probe
{
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromSeconds(3);

    /// <summary>Asks for the path that the command line names, on the first port that is served.</summary>
    /// <returns>Exit code: 0 when the answer is a success, else 1 with the answer on the error output.</returns>
    public static async Task<int> RunAsync(CommandLine line, TextWriter errors, CancellationToken cancellation = default)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine([.. line.Settings])
            .Build();
        var gateway = configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new();
        using var client = new HttpClient { BaseAddress = ServedApi.All(gateway).First().AddressOn(gateway), Timeout = TimeoutMax };
        try
        {
            using var answer = await client.GetAsync(new Uri(line.Path, UriKind.Relative), cancellation);
            if (answer.IsSuccessStatusCode) { return ExitCode.Done; }
            await errors.WriteLineAsync($"{client.BaseAddress}{line.Path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}");
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
        {
            await errors.WriteLineAsync($"{client.BaseAddress}{line.Path}: {silent.Message}");
        }
        return ExitCode.Unwell;
    }
}
