using System.Xml.Linq;
using Mono.Cecil;

namespace NexusActors.Tidy;

/// <summary>The repository and what was built from it.</summary>
internal static class House
{
    /// <summary>Projects of the product, by folder.</summary>
    public static readonly string[] Projects = ["Grains.Interfaces", "Grains.Client", "Grains", "Gateway", "Silo"];

    private static readonly string[] NotSources = [".git", "artifacts", "bin", "obj", "data", "TestResults", ".vs", ".idea"];

    /// <summary>The folder of the solution.</summary>
    public static readonly string Root = FindRoot();

    /// <summary>Every file of the repository with its path from the root, with <c>/</c>.</summary>
    public static IEnumerable<string> Files(params string[] extensions) =>
        Under(new DirectoryInfo(Root)).Select(file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'))
            .Where(path => extensions.Length == 0 || extensions.Contains(Path.GetExtension(path))).Order(StringComparer.Ordinal);

    /// <summary>C# files of the product and its samples, without tests.</summary>
    public static IEnumerable<string> ProductSources() => Files(".cs").Where(path => !path.StartsWith("tests/", StringComparison.Ordinal));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static XElement Project(string name) => XElement.Load(Path.Combine(Root, name, name + ".csproj"));

    /// <summary>A product assembly as it was compiled, with symbols.</summary>
    public static AssemblyDefinition Compiled(string project) => Compiled(new FileInfo(Path.Combine(AppContext.BaseDirectory, $"NexusActors.{project}.dll")));

    public static AssemblyDefinition Compiled(FileInfo assembly) => AssemblyDefinition.ReadAssembly(assembly.FullName, new ReaderParameters { ReadSymbols = true, InMemory = true });

    /// <summary>A product assembly loaded to run.</summary>
    public static System.Reflection.Assembly Loaded(string project) => System.Reflection.Assembly.Load($"NexusActors.{project}");

    /// <summary>Fails with every fault, one a line.</summary>
    public static void None(IEnumerable<string?> faults)
    {
        var all = faults.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    private static IEnumerable<FileInfo> Under(DirectoryInfo folder) =>
        folder.EnumerateFiles().Concat(folder.EnumerateDirectories().Where(inner => !NotSources.Contains(inner.Name)).SelectMany(Under));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NexusActors.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new InvalidOperationException($"no NexusActors.sln above {AppContext.BaseDirectory}");
    }
}
