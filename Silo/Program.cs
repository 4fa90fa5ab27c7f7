using NexusActors.Hosting;

var line = CommandLine.Parse(args);
switch (line.Command)
{
    case Command.Help: SettingsHelp.Write(Console.Out); return ExitCode.Done;
    case Command.Version: Console.WriteLine(ProductVersion.Text); return ExitCode.Done;
    case Command.Probe: return await Probe.RunAsync(line, Console.Error);
}
try
{
    await using var app = EmbeddedHost.Build(line);
    if (await app.StartUnlessStoppedAsync())
    {
        StartReport.Write(app, Console.Out);
        await app.WaitForShutdownAsync();
    }
    return ExitCode.Done;
}
catch (StartupException fault)
{
    Console.Error.WriteLine(fault.Message);
    return ExitCode.CannotStart;
}
