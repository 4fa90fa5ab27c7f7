using System.Text.RegularExpressions;

namespace NexusActors.Tidy;

/// <summary>Sizes, names and what sources may not say.</summary>
public sealed partial class ShapeTests
{
    private const int FileLinesMax = 350;
    private const int GrainLinesMax = 150;

    /// <summary>Files above the limit with the number of lines allowed and the reason. None is wished.</summary>
    private static readonly Dictionary<string, (int Lines, string Reason)> Exceptions = new()
    {
        ["Grains/Coordination/AgentGrain.cs"] = (190, "sixteen short methods, one for each question that an agent is asked; its work is a part of its own already"),
        ["Grains/Coordination/QueueGrain.cs"] = (220, "turn-taking of its six parts and twenty methods that hand on to them"),
    };

    [Fact]
    public void Files_AreOneThought() => House.None(TooLong(House.Files(".cs"), FileLinesMax));

    [Fact]
    public void Grains_AreThin() =>
        House.None(TooLong(House.ProductSources().Where(path => path.StartsWith("Grains/", StringComparison.Ordinal) && path.EndsWith("Grain.cs", StringComparison.Ordinal)), GrainLinesMax));

    [Fact]
    public void Exceptions_AreStillNeeded() =>
        House.None(Exceptions.Keys.Where(path => !File.Exists(Path.Combine(House.Root, path)) || Lines(path) <= (path.EndsWith("Grain.cs", StringComparison.Ordinal) ? GrainLinesMax : FileLinesMax)));

    [Fact]
    public void Types_SayWhatTheyAre() =>
        House.None(House.Projects.SelectMany(project => House.Loaded(project).GetTypes()).Where(type => VagueName().IsMatch(type.Name) && type.Namespace?.StartsWith("NexusActors", StringComparison.Ordinal) == true).Select(type => type.FullName));

    [Theory]
    [InlineData("TaskManager", true)]
    [InlineData("JsonHelpers", true)]
    [InlineData("Extensions", true)]
    [InlineData("TaskTransitions", false)]
    [InlineData("JsonExtensions", false)]
    public void VagueNames_AreTold(string name, bool vague) => Assert.Equal(vague, VagueName().IsMatch(name));

    [Fact]
    public void Sources_LeaveNothingForLater() =>
        House.None(House.Files(".cs", ".csproj", ".props", ".sh").SelectMany(path => House.Read(path).Split('\n').Where(line => Unfinished().IsMatch(line)).Select(line => $"{path}: {line.Trim()}")));

    [Fact]
    public void Namespaces_AreTheRooms() =>
        House.None(House.ProductSources().Where(path => path.StartsWith("Grains", StringComparison.Ordinal) && path.Split('/') is [_, var room, _, ..]
            && House.Read(path) is var text && !text.Contains($"namespace NexusActors.{room};", StringComparison.Ordinal) && !text.Contains($"namespace NexusActors.{room}.", StringComparison.Ordinal)));

    private static IEnumerable<string> TooLong(IEnumerable<string> paths, int max) =>
        paths.Where(path => Lines(path) > Limit(path, max)).Select(path => $"{path}: {Lines(path)} lines, at most {Limit(path, max)}");

    private static int Limit(string path, int max) => Exceptions.TryGetValue(path, out var allowed) ? Math.Max(allowed.Lines, max) : max;

    private static int Lines(string path) => House.Read(path).AsSpan().Count('\n');

    [GeneratedRegex("(Manager|Helpers?|Utils?|Utility|Utilities)(`[0-9]+)?$|^Extensions$")] private static partial Regex VagueName();

    [GeneratedRegex(@"\b(TO" + "DO|FIX" + "ME|HA" + @"CK)\b|NotImplemented" + "Exception")] private static partial Regex Unfinished();
}
