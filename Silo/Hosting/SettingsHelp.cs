namespace NexusActors.Hosting;

/// <summary>Writes down what can be set, from the catalogue.</summary>
internal static class SettingsHelp
{
    /// <summary>Usage and settings for a terminal.</summary>
    public static void Write(TextWriter output)
    {
        output.WriteLine($"""
            NexusActors {ProductVersion.Text}: coordinator (8070), learning engine (8071) and optimizer (8072) in one process.

            Usage:
              dotnet run --project Silo                                  start; Ctrl+C stops
              dotnet run --project Silo -- --Nexus:Silo:DataFolder=/var/lib/nexus
              … -- --help | --version
              … -- --probe readyz|healthz                                ask the service that runs here; exit code 0 when it is well

            A setting is given, strongest first, on the command line (--Nexus:Silo:DataFolder=x), in the environment
            (Nexus__Silo__DataFolder=x), or in appsettings.json beside the program. Names of the original system that are still read:
              {string.Join(' ', LegacyEnvironment.Names.Where(name => name.Setting is not null).Select(name => name.Variable))}

            Settings:
            """);
        foreach (var setting in SettingsCatalog.All)
        {
            output.WriteLine($"  {setting.Key} = {(setting.Default.Length == 0 ? "(none)" : setting.Default)}    {setting.Form}");
            if (setting.Meaning.Length > 0) { output.WriteLine($"      {setting.Meaning}"); }
        }
    }
}
