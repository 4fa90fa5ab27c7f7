namespace NexusActors.Tidy;

/// <summary>Files that are made from the code and checked in.</summary>
internal static class Generated
{
    /// <summary>Set to 1 to write them anew.</summary>
    public const string Switch = "TIDY_WRITE";

    /// <summary>Fails when the file is not what the code says, and tells how to make it so.</summary>
    public static void Same(string path, string expected)
    {
        var file = Path.Combine(House.Root, path);
        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, expected);
            return;
        }

        var actual = File.Exists(file) ? File.ReadAllText(file) : "";
        if (actual == expected) { return; }
        var (has, wants) = (actual.Split('\n'), expected.Split('\n'));
        var missing = wants.Except(has).Select(line => "+ " + line).Concat(has.Except(wants).Select(line => "- " + line)).Take(40);
        Assert.Fail($"{path} is not what the code says:\n{string.Join('\n', missing)}\nIf the change is meant: {Switch}=1 dotnet test tests/Tidy.Tests, and commit the file.");
    }
}
