namespace NexusActors.Hosting;

/// <summary>Writes down what can be set, from the catalogue.</summary>
internal static class SettingsHelp
{
    /// <summary>Usage and settings for a terminal.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="usage">What the program is and how it is called.</param>
    /// <param name="catalog">What can be set.</param>
    public static void Write(TextWriter output, string usage, SettingsCatalog catalog)
    {
        output.WriteLine(usage);
        output.WriteLine($"""
              … -- --help | --version
              … -- --probe readyz|healthz                                ask the service that runs here; exit code 0 when it is well

            A setting is given, strongest first, on the command line (--Nexus:Silo:DataFolder=x), in the environment
            (Nexus__Silo__DataFolder=x), or in appsettings.json beside the program. Names of the original system that are still read:
              {string.Join(' ', LegacyEnvironment.Names.Where(name => name.Setting is not null).Select(name => name.Variable))}

            Settings:
            """);
        foreach (var setting in catalog.All)
        {
            output.WriteLine($"  {setting.Key} = {(setting.Default.Length == 0 ? "(none)" : setting.Default)}    {setting.Form}");
            if (setting.Meaning.Length > 0) { output.WriteLine($"      {setting.Meaning}"); }
        }
    }
}
