using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>Asks the service that runs on this machine how it is, for health probes that can only run a command.</summary>
internal static class Probe
{
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromSeconds(3);

    /// <summary>The first service that settings let a gateway serve.</summary>
    public static Uri FirstServed(IConfiguration configuration)
    {
        var gateway = configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new();
        return ServedApi.All(gateway).First().AddressOn(gateway);
    }

    /// <summary>Asks for the path that the command line names.</summary>
    /// <returns>Exit code: 0 when the answer is a success, else 1 with the answer on the error output.</returns>
    public static async Task<int> RunAsync(CommandLine line, Uri address, TextWriter errors, CancellationToken cancellation = default)
    {
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeoutMax };
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
