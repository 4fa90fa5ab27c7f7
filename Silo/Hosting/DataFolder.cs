namespace NexusActors.Hosting;

/// <summary>The folder of facts.</summary>
internal static class DataFolder
{
    private const string TrialName = ".trial";

    /// <summary>Makes the folder if it is missing and proves that it can be written to.</summary>
    /// <returns>What is wrong; null where nothing is.</returns>
    public static string? FaultOf(string setting)
    {
        var path = Path.GetFullPath(setting);
        try
        {
            Directory.CreateDirectory(path);
            var trial = Path.Combine(path, TrialName);
            File.WriteAllText(trial, "x");
            File.Delete(trial);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return $"{SiloOptions.Section}:{nameof(SiloOptions.DataFolder)} = \"{path}\" cannot be written to: {fault.Message}";
        }
    }
}
