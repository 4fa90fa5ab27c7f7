using NexusActors.Clustering;
using NexusActors.Hosting;

var line = CommandLine.Parse(args);
switch (line.Command)
{
    case Command.Help: SettingsHelp.Write(Console.Out, GatewayHost.Usage, GatewayHost.Catalog); return ExitCode.Done;
    case Command.Version: Console.WriteLine(ProductVersion.Text); return ExitCode.Done;
    case Command.Probe: return await Probe.RunAsync(line, Probe.FirstServed(ProcessHost.Read(line)), Console.Error);
}
try
{
    await using var app = GatewayHost.Build(line);
    if (await app.StartUnlessStoppedAsync(GatewayHost.CheckPremisesAsync))
    {
        GatewayReport.Write(app, Console.Out);
        await app.WaitForShutdownAsync();
    }
    return ExitCode.Done;
}
catch (StartupException fault)
{
    Console.Error.WriteLine(fault.Message);
    return ExitCode.CannotStart;
}
