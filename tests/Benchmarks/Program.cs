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
try { await RunAsync(); }
catch (DataMissingException missing)
{
    Console.Error.WriteLine(missing.Message);
    return 3;
}
return 0;

async Task RunAsync()
{
    var lives = new Dictionary<Settings, IReadOnlyList<OurRate>>();
    foreach (var row in settings.Rows)
    {
        switch (row)
        {
            case "P1":
                var ceilings = new ThroughputCeilings(settings);
                foreach (var run in settings.Runs) { lives[run] = await ThroughputRow.RunAsync(run, report, ceilings); }
                await PeersRow.RunAsync(settings, report, lives);
                break;
            case "P2":
                foreach (var run in settings.Runs) { WakeUpRow.Run(run, report, lives.GetValueOrDefault(run)); }
                break;
            case "P3":
                foreach (var run in settings.Runs) { GatewayRow.Run(run, report); }
                break;
            case "P4":
                foreach (var run in settings.Runs) { ScaleRow.Run(run, report); }
                break;
            case "P5":
                SpreadRow.Run(settings, report);
                break;
            default:
                LearningRows.All[row](settings, report);
                break;
        }
        report.Save();
    }
}
