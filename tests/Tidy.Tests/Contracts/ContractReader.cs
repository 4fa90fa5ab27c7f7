using System.Globalization;
using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace NexusActors.Tidy.Contracts;

/// <summary>Reads the contract out of compiled assemblies, and finds what would go over the wire without a name or number of its own.</summary>
internal sealed class ContractReader
{
    private readonly TypeDefinition[] _types;
    private readonly Dictionary<string, TypeDefinition> _ours;
    private readonly HashSet<string> _enums = [];
    private readonly List<string> _faults = [];
    private readonly List<ContractFact> _facts = [];

    private ContractReader(IEnumerable<ModuleDefinition> modules)
    {
        _types = [.. modules.SelectMany(module => module.GetTypes()).Where(IsWritten).OrderBy(type => AliasOf(type) ?? type.FullName, StringComparer.Ordinal)];
        _ours = _types.ToDictionary(type => type.FullName);
    }

    /// <summary>Reads it.</summary>
    /// <returns>The contract, and every fault of it.</returns>
    public static (ContractManifest Contract, IReadOnlyList<string> Faults) Read(IEnumerable<ModuleDefinition> modules)
    {
        var reader = new ContractReader(modules);
        foreach (var type in reader._types.Where(type => Has(type, "GenerateSerializerAttribute"))) { reader.ReadType(type); }
        foreach (var type in reader._types.Where(type => !Has(type, "GenerateSerializerAttribute") && Members(type).Any(member => IdOf(member) is not null)))
        {
            reader._faults.Add($"{type.FullName} has members with [Id] and no [GenerateSerializer]");
        }
        foreach (var type in reader._types.Where(IsGrain)) { reader.ReadGrain(type); }
        foreach (var type in reader._types.Where(type => type.IsClass && !type.IsAbstract && reader.Grains(type).Any())) { reader.ReadHome(type); }
        // Public values beside the grain interfaces are for all who call them; those of programs are settings.
        var shared = reader._types.Where(IsGrain).Select(type => type.Module).ToHashSet();
        foreach (var type in reader._types.Where(type => type.IsEnum && ((type.IsPublic && shared.Contains(type.Module)) || reader._enums.Contains(type.FullName))).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            reader.ReadEnum(type);
        }
        foreach (var twice in reader._facts.GroupBy(fact => fact.Key).Where(same => same.Count() > 1)) { reader._faults.Add($"{twice.Key} means several things: {string.Join("; ", twice.Select(fact => fact.Value))}"); }
        return (new([.. reader._facts], []), reader._faults);
    }

    /// <summary>Whether calls of the interface go over the wire.</summary>
    public static bool IsGrain(TypeDefinition type) => type.IsInterface && type.Interfaces.Any(inherited =>
        inherited.InterfaceType.FullName.StartsWith("Orleans.IGrainWith", StringComparison.Ordinal) || inherited.InterfaceType.FullName == "Orleans.IGrainObserver");

    /// <summary>The name on the wire.</summary>
    public static string? AliasOf(ICustomAttributeProvider provider) => Argument(provider, "AliasAttribute") as string;

    private void ReadType(TypeDefinition type)
    {
        if (AliasOf(type) is not { } alias)
        {
            _faults.Add($"{type.FullName} has no [Alias]");
            return;
        }
        var parent = type.BaseType is { FullName: not ("System.Object" or "System.ValueType") } inherited ? $" of {Name(inherited, type)}" : "";
        var tracking = Has(type, "SuppressReferenceTrackingAttribute") ? " without references" : "";
        Add($"type {alias}", $"{(type.IsValueType ? "struct" : "class")}{parent}{tracking}");
        foreach (var (id, member, of) in Members(type).Where(member => IdOf(member) is not null).Select(member => (IdOf(member)!.Value, member.Name, TypeOf(member))).OrderBy(member => member.Value))
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"type {alias} {id}"), $"{member} {Name(of, type)}");
        }
        foreach (var silent in type.Fields.Where(field => !field.IsStatic && !field.IsNotSerialized && IdOf(field) is null && IdOf(PropertyOf(field)) is null))
        {
            _faults.Add($"{type.FullName}.{PropertyOf(silent)?.Name ?? silent.Name} has no [Id]: it stays behind");
        }
    }

    private void ReadGrain(TypeDefinition type)
    {
        var (alias, name) = (AliasOf(type), Argument(type, "GrainInterfaceTypeAttribute"));
        if (alias is null || name is null)
        {
            _faults.Add($"{type.FullName} has no [{(alias is null ? "Alias" : "GrainInterfaceType")}]");
            return;
        }
        var key = type.Interfaces.Select(inherited => inherited.InterfaceType.Name).First(inherited => inherited.StartsWith('I'));
        Add($"grain {alias}", $"{name} {key}");
        foreach (var method in type.Methods.OrderBy(method => AliasOf(method), StringComparer.Ordinal))
        {
            if (AliasOf(method) is not { } call)
            {
                _faults.Add($"{type.FullName}.{method.Name} has no [Alias]");
                continue;
            }
            var parameters = method.Parameters.Where(parameter => parameter.ParameterType.FullName != "System.Threading.CancellationToken").Select(parameter => $"{parameter.Name} {Name(parameter.ParameterType, type)}");
            Add($"grain {alias} {call}", $"({string.Join(", ", parameters)}) → {Name(method.ReturnType, type)}{(Has(method, "OneWayAttribute") ? " one way" : "")}");
            string[] manner = [.. Argument(method, "ResponseTimeoutAttribute") is { } time ? [$"within {time}"] : Array.Empty<string>(), .. Has(method, "ReadOnlyAttribute") ? ["reads"] : Array.Empty<string>(), .. Has(method, "AlwaysInterleaveAttribute") ? ["interleaves"] : Array.Empty<string>()];
            if (manner.Length > 0) { Add($"{ContractFact.Free}{alias} {call}", string.Join(", ", manner)); }
        }
    }

    // Under another name two activations of one grain would live side by side while silos are exchanged.
    private void ReadHome(TypeDefinition type)
    {
        if (Argument(type, "GrainTypeAttribute") is not { } name)
        {
            _faults.Add($"{type.FullName} has no [GrainType]");
            return;
        }
        // Where several grains answer to an interface, it says itself which of them a plain name means.
        foreach (var grain in Grains(type).Where(grain => Argument(grain, "DefaultGrainTypeAttribute") is not { } home || home.Equals(name))) { Add($"home {AliasOf(grain)}", $"{name}"); }
    }

    private IEnumerable<TypeDefinition> Grains(TypeDefinition type) =>
        type.Interfaces.Select(inherited => _ours.GetValueOrDefault(inherited.InterfaceType.FullName)).OfType<TypeDefinition>().Where(IsGrain);

    private void ReadEnum(TypeDefinition type)
    {
        Add($"enum {type.FullName}", Name(type.GetEnumUnderlyingType(), type));
        foreach (var value in type.Fields.Where(field => field.IsLiteral).OrderBy(field => Convert.ToInt64(field.Constant, CultureInfo.InvariantCulture)))
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"enum {type.FullName} {value.Constant}"), value.Name);
        }
    }

    /// <summary>A type as the manifest names it. One of ours that cannot go over the wire is a fault.</summary>
    private string Name(TypeReference type, TypeDefinition user)
    {
        switch (type)
        {
            case GenericInstanceType { ElementType.FullName: "System.Nullable`1" } nullable: return Name(nullable.GenericArguments[0], user) + "?";
            case GenericInstanceType generic: return $"{Bare(generic.ElementType)}<{string.Join(", ", generic.GenericArguments.Select(argument => Name(argument, user)))}>";
            case ArrayType array: return Name(array.ElementType, user) + "[]";
        }
        if (!_ours.TryGetValue(type.FullName, out var ours)) { return Bare(type); }
        if (ours.IsEnum)
        {
            _enums.Add(ours.FullName);
            return ours.FullName;
        }
        if (!Has(ours, "GenerateSerializerAttribute") && !IsGrain(ours)) { _faults.Add($"{user.FullName} sends {ours.FullName}, which has no [GenerateSerializer]"); }
        return AliasOf(ours) ?? ours.FullName;
    }

    private static string Bare(TypeReference type) => type.MetadataType switch
    {
        MetadataType.String => "string",
        MetadataType.Boolean => "bool",
        MetadataType.Byte => "byte",
        MetadataType.Int16 => "short",
        MetadataType.Int32 => "int",
        MetadataType.Int64 => "long",
        MetadataType.Double => "double",
        _ => (type.Namespace.StartsWith("System", StringComparison.Ordinal) ? type.Name : type.FullName).Split('`')[0],
    };

    private void Add(string key, string value) => _facts.Add(new(key, value));

    private static IEnumerable<IMemberDefinition> Members(TypeDefinition type) => type.Properties.Cast<IMemberDefinition>().Concat(type.Fields);

    private static TypeReference TypeOf(IMemberDefinition member) => member is PropertyDefinition property ? property.PropertyType : ((FieldDefinition)member).FieldType;

    /// <summary>The property that the compiler made the field for.</summary>
    private static PropertyDefinition? PropertyOf(FieldDefinition field) => field.DeclaringType.Properties.FirstOrDefault(property => field.Name == $"<{property.Name}>k__BackingField");

    private static uint? IdOf(IMemberDefinition? member) => member is null ? null : Argument(member, "IdAttribute") as uint?;

    // What Orleans generates beside the contract is no part of it.
    private static bool IsWritten(TypeDefinition type) => type.FullName.StartsWith("NexusActors", StringComparison.Ordinal);

    private static bool Has(ICustomAttributeProvider provider, string attribute) => provider.CustomAttributes.Any(present => present.AttributeType.Name == attribute);

    private static object? Argument(ICustomAttributeProvider provider, string attribute) =>
        provider.CustomAttributes.FirstOrDefault(present => present.AttributeType.Name == attribute)?.ConstructorArguments[0].Value;
}
