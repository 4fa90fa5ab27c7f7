using System.IO.Compression;
using System.Xml.Linq;
using NexusActors.Processes;

namespace NexusActors.Deployment;

/// <summary>The packages for sibling services, packed from what was built, in a feed of their own. Shared by tests; disposing removes it.</summary>
public sealed class ClientPackages : IAsyncLifetime
{
    /// <summary>Its folder; it lies outside of the repository, so that nothing there helps those who use it.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("nexus-packages-").FullName;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        // The folder is called after the configuration that these tests were built in.
        var configuration = Path.GetFileName(Path.GetDirectoryName(SiloProcess.Assembly))!;
        foreach (var project in (string[])["Grains.Interfaces", "Grains.Client"])
        {
            await DotnetCommand.RunAsync(ProductProcess.Repository, "pack", project, "--no-build", "-c", configuration, "-o", Feed, "-nologo");
        }
    }

    /// <summary>Builds the sample in <c>samples/sibling</c> against the packages: with no feed but theirs, and what this machine has of others.</summary>
    /// <returns>The program.</returns>
    public async Task<string> BuildSiblingAsync()
    {
        var sample = Path.Combine(ProductProcess.Repository, "samples", "sibling");
        var place = Directory.CreateDirectory(Path.Combine(Folder, "sibling")).FullName;
        foreach (var source in Directory.GetFiles(sample, "*.cs")) { File.Copy(source, Path.Combine(place, Path.GetFileName(source))); }
        var project = XElement.Load(Path.Combine(sample, "Sibling.csproj"));
        var reference = Assert.Single(project.Descendants("ProjectReference"));
        reference.ReplaceWith(new XElement("PackageReference", new XAttribute("Include", "NexusActors.Grains.Client"), new XAttribute("Version", "*")));
        project.Save(Path.Combine(place, "Sibling.csproj"));
        await File.WriteAllTextAsync(Path.Combine(place, "Directory.Build.props"), """
            <Project><PropertyGroup><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings><UseAppHost>false</UseAppHost><NuGetAudit>false</NuGetAudit></PropertyGroup></Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(place, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Unpacked}" /></config>
              <fallbackPackageFolders><clear /><add key="built" value="{ProductProcess.BuildFact("Packages")}" /></fallbackPackageFolders>
              <packageSources><clear /><add key="feed" value="{Feed}" /></packageSources>
              <packageSourceMapping><clear /></packageSourceMapping>
            </configuration>
            """);
        await DotnetCommand.RunAsync(place, "build", "-nologo", "-m:1", "-p:UseSharedCompilation=false", "-o", Path.Combine(place, "out"));
        return Path.Combine(place, "out", "NexusActors.Samples.Sibling.dll");
    }

    /// <summary>What a package says of itself, and the names of its files.</summary>
    public (XElement Metadata, string[] Files) Read(string id)
    {
        using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(Feed, $"{id}.*.nupkg")));
        using var nuspec = package.GetEntry($"{id}.nuspec")!.Open();
        return (XElement.Load(nuspec).Elements().Single(), [.. package.Entries.Select(entry => entry.FullName)]);
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Whether a build took both of them.</summary>
    public bool AreUsed => Directory.Exists(Path.Combine(Unpacked, "nexusactors.grains.client")) && Directory.Exists(Path.Combine(Unpacked, "nexusactors.grains.interfaces"));

    private string Unpacked => Path.Combine(Folder, "unpacked");

    private string Feed => Path.Combine(Folder, "feed");
}
