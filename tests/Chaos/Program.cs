using System.Runtime.InteropServices;
using NexusActors.Chaos;
using NexusActors.Chaos.Faults;
using NexusActors.Chaos.Rig;

if (ChaosSettings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(ChaosSettings.Usage);
    return 2;
}
if (settings.Faults.Any(fault => fault.Needs != FaultNeeds.None) && !Isolation.IsEntered)
{
    var missing = Isolation.Prepare() ?? (settings.Faults.Any(fault => fault.Needs.HasFlag(FaultNeeds.ControlGroups)) ? ControlGroup.Missing : null);
    if (missing is null) { return Isolation.Run(args); }
    Console.Error.WriteLine($"""
        These faults cannot be injected here: {string.Join(", ", settings.Faults.Where(fault => fault.Needs != FaultNeeds.None).Select(fault => fault.Name))}.
        {missing}
        Run as root, or leave them out: --faults {string.Join(',', settings.Faults.Where(fault => fault.Needs == FaultNeeds.None).Select(fault => fault.Name))}
        """);
    return 3;
}
var folder = settings.Out is { } kept ? Directory.CreateDirectory(kept).FullName : Directory.CreateTempSubdirectory("nexus-chaos-").FullName;
foreach (var journal in Directory.GetFiles(folder, "*.journal")) { File.Delete(journal); }
using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
Console.Error.WriteLine($"seed {settings.Seed}");
var report = await new ChaosRun(settings, folder).RunAsync(stop.Token);
var markdown = report.ToMarkdown();
Console.WriteLine(markdown);
if (settings.Out is not null)
{
    await File.WriteAllTextAsync(Path.Combine(folder, "report.md"), markdown);
    await File.WriteAllTextAsync(Path.Combine(folder, "report.json"), report.ToJson());
}
if (report.Verdict.Violations.IsEmpty)
{
    if (settings.Out is null) { Directory.Delete(folder, recursive: true); }
    return 0;
}
Console.Error.WriteLine($"Logs and journals: {folder}");
return 1;
