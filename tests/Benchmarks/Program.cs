using System.Globalization;
using NexusActors.Benchmarks;

if (args is [BareServer.Verb, var port, var siloPort])
{
    BareServer.Serve(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(siloPort, CultureInfo.InvariantCulture));
    return 0;
}
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}
if (Environment.GetEnvironmentVariable("LEDGER_ONLY") is not null)
{
    Console.WriteLine($"500 x 8: {await BareLedger.LivesPerSecondAsync(settings, settings.Size(100_000), 8, 500):F0}");
    Console.WriteLine($"1 x 64: {await BareLedger.LivesPerSecondAsync(settings, settings.Size(30_000), 64, 1):F0}");
    Console.WriteLine($"1 x 256: {await BareLedger.LivesPerSecondAsync(settings, settings.Size(50_000), 256, 1):F0}");
    return 0;
}
var report = new Report(settings);
report.Heading();
(double PerSecond, int Callers)? capacity = null;
foreach (var row in settings.Rows)
{
    switch (row)
    {
        case "P1":
            capacity = await ThroughputRow.RunAsync(settings, report);
            break;
        case "P2":
            WakeUpRow.Run(settings, report, capacity);
            break;
        case "P3":
            GatewayRow.Run(settings, report);
            break;
        default:
            ScaleRow.Run(settings, report);
            break;
    }
    report.Save();
}
return 0;
