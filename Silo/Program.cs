using NexusActors.Clustering;
using NexusActors.Hosting;

var line = CommandLine.Parse(args);
switch (line.Command)
{
    case Command.Help: SettingsHelp.Write(Console.Out, SiloSettings.Usage, SiloSettings.Catalog); return ExitCode.Done;
    case Command.Version: Console.WriteLine(ProductVersion.Text); return ExitCode.Done;
}
var settings = ProcessHost.Read(line);
var isCluster = ProcessHost.ModeOf(settings) == HostingMode.Cluster;
if (line.Command == Command.Probe)
{
    var silo = settings.GetSection(SiloOptions.Section).Get<SiloOptions>() ?? new();
    return await Probe.RunAsync(line, (isCluster ? ClusterHost.Operations(silo) : null) ?? Probe.FirstServed(settings), Console.Error);
}
try
{
    await using var app = isCluster ? ClusterHost.Build(line) : EmbeddedHost.Build(line);
    if (await app.StartUnlessStoppedAsync(isCluster ? ClusterPremises.CheckAsync : Premises.CheckAsync))
    {
        if (isCluster) { ClusterReport.Write(app, Console.Out); }
        else { StartReport.Write(app, Console.Out); }
        await app.WaitForShutdownAsync();
    }
    return ExitCode.Done;
}
catch (StartupException fault)
{
    Console.Error.WriteLine(fault.Message);
    return ExitCode.CannotStart;
}
