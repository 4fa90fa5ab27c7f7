using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>Says where everything is, once it is there.</summary>
internal static partial class StartReport
{
    /// <summary>Writes it as text, or as one entry of the log where that is JSON.</summary>
    public static void Write(WebApplication app, TextWriter output)
    {
        var silo = app.Services.GetRequiredService<IOptions<SiloOptions>>().Value;
        var gateway = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(StartReport).FullName!);
        if (app.Services.GetRequiredService<LegacyEnvironment>().WithoutEffect is { Count: > 0 } idle) { WithoutEffect(log, string.Join(", ", idle)); }

        using var process = Process.GetCurrentProcess();
        var seconds = (app.Services.GetRequiredService<TimeProvider>().GetUtcNow() - process.StartTime.ToUniversalTime()).TotalSeconds;
        var data = Path.GetFullPath(silo.DataFolder);
        var served = ServedApi.All(gateway).Select(api => (api.Title, Address: api.AddressOn(gateway))).ToArray();
        if (silo.LogFormat == LogFormat.Json)
        {
            Ready(log, ProductVersion.Text, string.Join(' ', served.Select(api => api.Address)), data, seconds);
            return;
        }
        output.WriteLine($"NexusActors {ProductVersion.Text}, embedded mode");
        foreach (var (title, address) in served) { output.WriteLine($"  {title,-24} {address}   reference {address}docs"); }
        output.WriteLine($"  {"Data folder",-24} {data}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Ready in {seconds:F1} s. Ctrl+C stops."));
    }

    [LoggerMessage(1, LogLevel.Information, "NexusActors {Version} is ready at {Addresses} with data in {DataFolder} after {Seconds} s")]
    private static partial void Ready(ILogger log, string version, string addresses, string dataFolder, double seconds);

    [LoggerMessage(2, LogLevel.Information, "Set and accepted, but without effect in this version: {Variables}")]
    private static partial void WithoutEffect(ILogger log, string variables);
}
