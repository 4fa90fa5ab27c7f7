using Mono.Cecil;
using NetArchTest.Rules;

namespace NexusActors.Tidy;

/// <summary>Grains.Interfaces ← Grains ← Silo → Gateway → Grains.Client → Grains.Interfaces, and only the silo and the way to it know products.</summary>
public sealed class ArrowTests
{
    private static readonly string[] Products = ["Microsoft.Data.Sqlite", "SQLitePCL", "Npgsql", "Dapper", "DbUp", "StackExchange.Redis", "Orleans.Clustering", "Orleans.Persistence", "k8s"];

    public static TheoryData<string, string[]> Arrows => new()
    {
        { "Grains.Interfaces", [] },
        { "Grains.Client", ["Grains.Interfaces"] },
        { "Grains", ["Grains.Interfaces"] },
        { "Gateway", ["Grains.Client", "Grains.Interfaces"] },
        { "Silo", ["Gateway", "Grains", "Grains.Client"] },
    };

    [Theory, MemberData(nameof(Arrows))]
    public void ProjectFile_References_AreTheArrows(string project, string[] expected) =>
        Assert.Equal(expected, House.Project(project).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Arrows))]
    public void Assembly_References_StayWithinTheArrows(string project, string[] expected)
    {
        string[] allowed = [.. expected, .. expected.Contains("Grains") ? ["Grains.Interfaces"] : Array.Empty<string>()];
        using var assembly = House.Compiled(project);
        House.None(assembly.MainModule.AssemblyReferences.Select(reference => reference.Name).Where(name => name.StartsWith("NexusActors.", StringComparison.Ordinal))
            .Except(allowed.Select(name => "NexusActors." + name)));
    }

    [Fact]
    public void Interfaces_Packages_AreTheSdkAlone() => Assert.Equal(["Microsoft.Orleans.Sdk"], House.Project("Grains.Interfaces").Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value));

    [Theory]
    [InlineData("Grains.Interfaces")]
    [InlineData("Grains.Client")]
    [InlineData("Grains")]
    [InlineData("Gateway")]
    public void Assembly_OutsideTheSilo_KnowsNoProduct(string project) =>
        House.None(Types.InAssembly(House.Loaded(project)).That().HaveDependencyOnAny(Products).GetTypes().Select(type => type.FullName).Where(name => !IsClusterClient(name)));

    // Clients find silos in the database of their membership.
    private static bool IsClusterClient(string? type) => type?.StartsWith("NexusActors.Clustering.NexusClient", StringComparison.Ordinal) == true;

    [Fact]
    public void ProductRule_CodeThatUsesAProduct_IsCaught() =>
        Assert.NotEmpty(Types.InAssembly(typeof(ArrowTests).Assembly).That().HaveDependencyOnAny("Mono.Cecil").GetTypes());

    /// <summary>They are what others write. A sibling has the package that others get; all others have HTTP.</summary>
    [Fact]
    public void Samples_ProjectFiles_ReferenceNothingThatOthersDoNotGet() =>
        House.None(House.Files(".csproj").Where(path => path.StartsWith("samples/", StringComparison.Ordinal) && path != "samples/sibling/Sibling.csproj" && House.Read(path).Contains("ProjectReference", StringComparison.Ordinal)));

    [Fact]
    public void Sibling_ProjectFile_ReferencesTheClientAlone() =>
        Assert.Equal(["../../Grains.Client/Grains.Client.csproj"], System.Xml.Linq.XElement.Parse(House.Read("samples/sibling/Sibling.csproj")).Descendants("ProjectReference").Select(reference => reference.Attribute("Include")!.Value));

    [Fact]
    public void Gateway_Types_NeverSeeTheSiloSide()
    {
        using var gateway = House.Compiled("Gateway");
        House.None(gateway.MainModule.GetTypeReferences().Where(IsSiloSide).Select(type => type.FullName));
    }

    private static bool IsSiloSide(TypeReference type) => type.Scope.Name is "NexusActors.Grains" or "Orleans.Runtime" or "Orleans.Server";
}
