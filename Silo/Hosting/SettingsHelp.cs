namespace NexusActors.Hosting;

/// <summary>Writes down what can be set, from the catalogue.</summary>
internal static class SettingsHelp
{
    /// <summary>Usage and settings for a terminal.</summary>
    public static void WriteUsage(TextWriter output)
    {
        output.WriteLine($"""
            NexusActors {ProductVersion.Text}: coordinator (8070), learning engine (8071) and optimizer (8072) in one process.

            Usage:
              dotnet run --project Silo                                  start; Ctrl+C stops
              dotnet run --project Silo -- --Nexus:Silo:DataFolder=/var/lib/nexus
              … -- --help | --version | --settings (the table as Markdown)
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

    /// <summary>The settings and the aliases as Markdown, for docs/settings.md.</summary>
    public static void WriteMarkdown(TextWriter output)
    {
        output.WriteLine("# Settings");
        output.WriteLine();
        output.WriteLine("Written by `dotnet run --project Silo -- --settings > docs/settings.md`; a test compares. In the environment `:` is written `__`.");
        output.WriteLine();
        output.WriteLine("| setting | default | form | meaning |");
        output.WriteLine("|---|---|---|---|");
        foreach (var setting in SettingsCatalog.All)
        {
            output.WriteLine($"| `{setting.Key}` | {Cell(setting.Default, code: true)} | {Cell(setting.Form)} | {Cell(setting.Meaning)} |");
        }
        output.WriteLine();
        output.WriteLine("Environment variables of the original system, weaker than any setting above:");
        output.WriteLine();
        output.WriteLine("| variable | stands for |");
        output.WriteLine("|---|---|");
        foreach (var name in LegacyEnvironment.Names)
        {
            output.WriteLine($"| `{name.Variable}` | {(name.Setting is null ? "accepted, without effect in this version; a line at start says so" : $"`{name.Setting}`, {name.Expected}")} |");
        }
    }

    private static string Cell(string text, bool code = false)
    {
        var safe = text.Replace("|", "\\|", StringComparison.Ordinal);
        return code && safe.Length > 0 ? $"`{safe}`" : safe;
    }
}
