using Mono.Cecil;
using NexusActors.Tidy.Contracts;

namespace NexusActors.Tidy;

/// <summary>What crosses the wire between silos, gateways and siblings, and into the ledger: a process of one version must understand another's.</summary>
public sealed class ContractTests
{
    private const string Written = "tests/Tidy.Tests/contracts.txt";

    [Fact]
    public void Contract_Faults_AreNone() => House.None(Read().Faults);

    /// <summary>An addition needs the file to be written anew; anything else that differs is refused, whatever is asked for.</summary>
    [Fact]
    public void Contract_IsUnderstoodByProcessesWithTheOneWrittenDown()
    {
        var was = ContractManifest.Parse(House.Read(Written));
        var (now, _) = Read();
        var breaks = was.BreaksIn(now).ToArray();
        Assert.True(breaks.Length == 0, $"""
            Processes of the last version and of this one would not understand each other, so a cluster could not be upgraded without a stop:
            {string.Join('\n', breaks)}
            Put it back as it was, and add a new id, value, method or type beside it. What must go for good, because nothing that says it runs any more, gets the word
            "retired" before its line in {Written}; its number is then never used again.
            """);
        Generated.Same(Written, (now with { Retired = was.Retired }).ToText());
    }

    [Fact]
    public void Contract_ReadFromItsText_IsTheSame()
    {
        var (now, _) = Read();
        var retired = now with { Retired = [new("type nexus.Gone 1", "Name string")] };

        Assert.Equal(retired.ToText(), ContractManifest.Parse(retired.ToText()).ToText());
        Assert.True(now.Facts.Length > 400, $"{now.Facts.Length} facts");
    }

    [Fact]
    public void GrainMethods_TakeATokenLast()
    {
        var grains = All().Where(ContractReader.IsGrain).ToArray();

        Assert.NotEmpty(grains);
        House.None(grains.SelectMany(type => type.Methods).Where(method => method.Parameters.LastOrDefault()?.ParameterType.FullName != "System.Threading.CancellationToken").Select(method => method.FullName));
    }

    [Fact]
    public void Aliases_AreUniqueAndOurs()
    {
        var aliases = All().Select(ContractReader.AliasOf).OfType<string>().ToArray();

        House.None(aliases.GroupBy(alias => alias).Where(same => same.Count() > 1).Select(same => same.Key));
        House.None(aliases.Where(alias => !alias.StartsWith("nexus.", StringComparison.Ordinal)));
    }

    private static (ContractManifest Contract, IReadOnlyList<string> Faults) Read()
    {
        var assemblies = House.Projects.Select(House.Compiled).ToArray();
        try
        {
            return ContractReader.Read(assemblies.Select(assembly => assembly.MainModule));
        }
        finally
        {
            foreach (var assembly in assemblies) { assembly.Dispose(); }
        }
    }

    private static IEnumerable<TypeDefinition> All() => House.Projects.SelectMany(project =>
    {
        using var assembly = House.Compiled(project);
        return assembly.MainModule.GetTypes().Where(type => !type.FullName.StartsWith("OrleansCodeGen", StringComparison.Ordinal)).ToArray();
    });
}
