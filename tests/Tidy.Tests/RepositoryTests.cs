using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NexusActors.Tidy;

/// <summary>What the repository holds beside code.</summary>
public sealed partial class RepositoryTests
{
    private static readonly string[] Texts = [".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".yaml", ".yml", ".sh", ".config", ".editorconfig", ".txt", ""];

    /// <summary>Public places that texts may point to. A feed or mirror of one company or one machine is none of them.</summary>
    private static readonly string[] PublicHosts =
    [
        "localhost", "127.0.0.1", "0.0.0.0", "[::1]", "*", "+", "github.com", "learn.microsoft.com", "dotnet.microsoft.com", "www.rfc-editor.org", "json-schema.org", "schemas.microsoft.com",
        "www.w3.org", "spec.openapis.org", "opentelemetry.io", "prometheus.io", "www.sqlite.org", "sqlite.org", "kubernetes.io", "json.schemastore.org",
    ];

    [Fact]
    public void Texts_NameNoMachine() => House.None(Lines(line => MachinePath().IsMatch(line)));

    /// <summary>Tests may call their doubles by a bare name.</summary>
    [Fact]
    public void Texts_PointToPublicPlacesOnly() =>
        House.None(Lines(line => Url().Matches(line).Any(url => IsForeign(url.Groups["host"].Value)))
            .Where(line => !line.StartsWith("tests/", StringComparison.Ordinal) || Url().Matches(line).Any(url => url.Groups["host"].Value is var host && host.Contains('.') && IsForeign(host))));

    [Theory]
    [InlineData("see /home/" + "ann/x", true)]
    [InlineData(@"C:\" + @"Users\ann", true)]
    [InlineData("the /homework of", false)]
    public void MachinePaths_AreTold(string line, bool told) => Assert.Equal(told, MachinePath().IsMatch(line));

    [Fact]
    public void Packages_HaveTheirVersionInOnePlace() =>
        House.None(House.Files(".csproj").SelectMany(path => XElement.Parse(House.Read(path)).Descendants("PackageReference")
            .Where(package => package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null).Select(package => $"{path}: {package.Attribute("Include")?.Value}")));

    [Fact]
    public void Packages_ListedCentrally_AreUsed()
    {
        var used = House.Files(".csproj", ".props").SelectMany(path => XElement.Parse(House.Read(path)).Descendants("PackageReference")).Select(package => package.Attribute("Include")?.Value).ToHashSet();
        House.None(XElement.Parse(House.Read("Directory.Packages.props")).Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value).Where(name => !used.Contains(name)));
    }

    [Fact]
    public void Projects_AreLockedAndInTheSolution()
    {
        var solution = House.Read("NexusActors.sln").Replace('\\', '/');
        House.None(House.Files(".csproj").Where(path => !solution.Contains(path, StringComparison.Ordinal) || !File.Exists(Path.Combine(House.Root, Path.GetDirectoryName(path)!, "packages.lock.json"))));
    }

    private static bool IsForeign(string host) => !PublicHosts.Contains(host) && !host.StartsWith('{') && !host.StartsWith('$') && !ExampleHost().IsMatch(host);

    private static IEnumerable<string> Lines(Func<string, bool> bad) =>
        House.Files(Texts).SelectMany(path => House.Read(path).Split('\n').Where(bad).Select(line => $"{path}: {line.Trim()}"));

    [GeneratedRegex(@"(?<![\w.}])/(home|root|Users|work)/\w|[A-Z]:\\\w")] private static partial Regex MachinePath();

    [GeneratedRegex(@"https?://(?<host>\[[^\]]*\]|[^\s:/""'`<>()|\\?]+)")] private static partial Regex Url();

    /// <summary>Names reserved for examples and tests (RFC 2606), and names within a cluster.</summary>
    [GeneratedRegex(@"(^|\.)(example(\.(com|org|net))?|test|invalid|svc(\.cluster\.local)?)$")] private static partial Regex ExampleHost();
}
