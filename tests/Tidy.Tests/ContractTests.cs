using Mono.Cecil;

namespace NexusActors.Tidy;

/// <summary>What crosses the wire between silo and gateway, and into the ledger.</summary>
public sealed class ContractTests
{
    private static readonly string[] Contracts = ["Grains.Interfaces", "Grains", "Gateway", "Silo"];

    [Fact]
    public void SerializableTypes_HaveAliases() => House.None(All().Where(type => Has(type, "GenerateSerializerAttribute") && AliasOf(type) is null).Select(type => type.FullName));

    [Fact]
    public void GrainInterfaces_HaveNamesForThemselvesAndTheirMethods()
    {
        var grains = All().Where(type => type.IsInterface && type.Interfaces.Any(inherited => inherited.InterfaceType.FullName.StartsWith("Orleans.IGrainWith", StringComparison.Ordinal))).ToArray();

        Assert.NotEmpty(grains);
        House.None(grains.Where(type => AliasOf(type) is null || !Has(type, "GrainInterfaceTypeAttribute")).Select(type => type.FullName));
        House.None(grains.SelectMany(type => type.Methods).Where(method => AliasOf(method) is null).Select(method => method.FullName));
        House.None(grains.SelectMany(type => type.Methods).Where(method => method.Parameters.LastOrDefault()?.ParameterType.FullName != "System.Threading.CancellationToken").Select(method => method.FullName));
    }

    [Fact]
    public void Aliases_AreUniqueAndOurs()
    {
        var aliases = All().Select(AliasOf).OfType<string>().ToArray();

        House.None(aliases.GroupBy(alias => alias).Where(same => same.Count() > 1).Select(same => same.Key));
        House.None(aliases.Where(alias => !alias.StartsWith("nexus.", StringComparison.Ordinal)));
    }

    /// <summary>Numbers are on disk and on the wire: append, never renumber, never take away.</summary>
    [Fact]
    public void Enums_AreFrozen() => Generated.Same("tests/Tidy.Tests/enums.txt", string.Concat(
        House.Loaded("Grains.Interfaces").GetExportedTypes().Where(type => type.IsEnum).OrderBy(type => type.FullName, StringComparer.Ordinal)
            .SelectMany(type => Enum.GetValues(type).Cast<Enum>().Select(value => $"{type.FullName}.{value} = {value:D}\n"))));

    private static IEnumerable<TypeDefinition> All() => Contracts.SelectMany(project =>
    {
        using var assembly = House.Compiled(project);
        return assembly.MainModule.GetTypes().Where(type => !type.FullName.StartsWith("OrleansCodeGen", StringComparison.Ordinal)).ToArray();
    });

    private static bool Has(TypeDefinition type, string attribute) => type.CustomAttributes.Any(present => present.AttributeType.Name == attribute);

    private static string? AliasOf(ICustomAttributeProvider provider) => provider.CustomAttributes.FirstOrDefault(present => present.AttributeType.Name == "AliasAttribute")?.ConstructorArguments[0].Value as string;
}
