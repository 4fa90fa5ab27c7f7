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
