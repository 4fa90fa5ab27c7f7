using Mono.Cecil;
using NexusActors.Coordination;
using NexusActors.Tidy.Contracts;

namespace NexusActors.Tidy;

/// <summary>Negative controls: the contract as it was compiled, changed in one place, and what the comparison says to that.</summary>
public sealed class ContractMutantTests
{
    private const string View = "type nexus.QueueView";

    public static TheoryData<string, string> Breaks => new()
    {
        { nameof(AliasOfTypeRenamed), $"{View} is gone" },
        { nameof(TypeRemoved), $"{View} is gone" },
        { nameof(ClassBecomesStruct), $"{View} was class and is struct" },
        { nameof(MemberRemoved), $"{View} 2 is gone; it was Ready int" },
        { nameof(MemberRenamed), $"{View} 2 was Ready int and is Waiting int" },
        { nameof(MemberOfAnotherType), $"{View} 2 was Ready int and is Ready long" },
        { nameof(MemberRenumbered), $"{View} 2 is gone" },
        { nameof(NumbersSwapped), $"{View} 2 was Ready int and is Delayed int" },
        { nameof(NumberReused), $"{View} 2 was Ready int and is Waiting string" },
        { nameof(AliasOfMethodRenamed), "grain nexus.ITaskGrain Redrive is gone" },
        { nameof(MethodRemoved), "grain nexus.ITaskGrain Redrive is gone" },
        { nameof(ParameterOfAnotherType), "grain nexus.ITaskGrain Cancel was (reason string, children bool) → Task<ImmutableArray<nexus.TaskView>> and is (reason string, children int)" },
        { nameof(ParametersSwapped), "grain nexus.ITaskGrain Cancel was" },
        { nameof(ReplyOfAnotherType), "grain nexus.ITaskGrain Redrive was () → Task<nexus.TaskView> and is () → Task" },
        { nameof(GrainRenamed), "grain nexus.ITaskGrain was nexus.task IGrainWithStringKey and is nexus.job IGrainWithStringKey" },
        { nameof(ValueRenumbered), "enum NexusActors.Coordination.AgentMode 2 is gone; it was Pull" },
        { nameof(ValueRenamed), "enum NexusActors.Coordination.AgentMode 2 was Pull and is Draw" },
    };

    public static TheoryData<string, string> Additions => new()
    {
        { nameof(MemberAdded), $"{View} 99: Added int" },
        { nameof(MethodAdded), "grain nexus.ITaskGrain Added: () → Task" },
        { nameof(ValueAdded), "enum NexusActors.Coordination.AgentMode 9: Added" },
        { nameof(TimeChanged), "free nexus.IAgentGrain Lease: within 00:09:00" },
    };

    public static TheoryData<string, string> Faults => new()
    {
        { nameof(AliasOfTypeMissing), "NexusActors.Coordination.QueueView has no [Alias]" },
        { nameof(NumberMissing), "NexusActors.Coordination.QueueView.Ready has no [Id]: it stays behind" },
        { nameof(NumberTwice), $"{View} 3 means several things: Ready int; Delayed int" },
        { nameof(AliasOfMethodMissing), "NexusActors.Coordination.ITaskGrain.RedriveAsync has no [Alias]" },
        { nameof(AliasOfMethodTwice), "grain nexus.ITaskGrain Cancel means several things" },
        { nameof(AliasOfGrainMissing), "NexusActors.Coordination.ITaskGrain has no [Alias]" },
        { nameof(NameOfGrainMissing), "NexusActors.Coordination.ITaskGrain has no [GrainInterfaceType]" },
        { nameof(SerializerMissing), "NexusActors.Coordination.QueueView has members with [Id] and no [GenerateSerializer]" },
        { nameof(SerializerMissing), "NexusActors.Coordination.IQueueGrain sends NexusActors.Coordination.QueueView, which has no [GenerateSerializer]" },
    };

    [Fact]
    public void Contract_GrainThatMovesOut_IsBroken()
    {
        using var contracts = House.Compiled("Grains.Interfaces");
        using var grains = House.Compiled("Grains");
        var (was, _) = ContractReader.Read([contracts.MainModule, grains.MainModule]);
        var agent = grains.MainModule.Types.Single(type => type.Name == "AgentGrain");

        Set(agent, "GrainType", "worker");
        var (now, _) = ContractReader.Read([contracts.MainModule, grains.MainModule]);
        Assert.Equal(["home nexus.IAgentGrain was agent and is worker"], was.BreaksIn(now));

        Strip(agent, "GrainType");
        var (_, faults) = ContractReader.Read([contracts.MainModule, grains.MainModule]);
        Assert.Equal(["NexusActors.Coordination.AgentGrain has no [GrainType]"], faults);
    }

    [Theory, MemberData(nameof(Breaks))]
    public void Contract_ChangedInAPlace_IsBroken(string mutation, string said)
    {
        var (was, now, _) = Mutate(mutation);
        Assert.Contains(was.BreaksIn(now), line => line.StartsWith(said, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Additions))]
    public void Contract_AddedTo_IsNotBrokenAndWantsToBeWrittenDown(string mutation, string line)
    {
        var (was, now, faults) = Mutate(mutation);
        Assert.Empty(faults);
        Assert.Empty(was.BreaksIn(now));
        Assert.Equal([line], now.ToText().Split('\n').Except(was.ToText().Split('\n')));
    }

    [Theory, MemberData(nameof(Faults))]
    public void Contract_WithoutNameOrNumber_IsAFault(string mutation, string said)
    {
        var (_, _, faults) = Mutate(mutation);
        Assert.Contains(faults, line => line.StartsWith(said, StringComparison.Ordinal));
    }

    [Fact]
    public void Contract_Unchanged_IsWhole()
    {
        using var assembly = House.Compiled("Grains.Interfaces");
        var (contract, faults) = ContractReader.Read([assembly.MainModule]);
        Assert.Empty(faults);
        Assert.Empty(contract.BreaksIn(contract));
    }

    [Fact]
    public void Contract_RetiredNumber_MayGoAndMustNotComeBack()
    {
        var (was, now, _) = Mutate(nameof(MemberRemoved));
        var gone = was.Facts.Single(fact => fact.Key == $"{View} 2");
        var retired = was with { Facts = was.Facts.Remove(gone), Retired = [gone] };

        Assert.Empty(retired.BreaksIn(now));
        Assert.Equal([$"{View} 2 was retired as Ready int and is taken again as Ready int"], retired.BreaksIn(was));
    }

    private static (ContractManifest Was, ContractManifest Now, IReadOnlyList<string> Faults) Mutate(string mutation)
    {
        using var assembly = House.Compiled("Grains.Interfaces");
        var module = assembly.MainModule;
        var (was, _) = ContractReader.Read([module]);
        var change = typeof(ContractMutantTests).GetMethod(mutation, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
        change.Invoke(null, [module]);
        var (now, faults) = ContractReader.Read([module]);
        return (was, now, faults);
    }

    private static void AliasOfTypeRenamed(ModuleDefinition module) => Set(Type<QueueView>(module), "Alias", "nexus.Queue");

    private static void AliasOfTypeMissing(ModuleDefinition module) => Strip(Type<QueueView>(module), "Alias");

    private static void TypeRemoved(ModuleDefinition module) => module.Types.Remove(Type<QueueView>(module));

    private static void ClassBecomesStruct(ModuleDefinition module) => Type<QueueView>(module).BaseType = new TypeReference("System", "ValueType", module, module.TypeSystem.CoreLibrary);

    private static void SerializerMissing(ModuleDefinition module) => Strip(Type<QueueView>(module), "GenerateSerializer");

    private static void MemberRemoved(ModuleDefinition module)
    {
        Type<QueueView>(module).Fields.Remove(Type<QueueView>(module).Fields.Single(field => field.Name == "<Ready>k__BackingField"));
        Type<QueueView>(module).Properties.Remove(Ready(module));
    }

    private static void MemberRenamed(ModuleDefinition module)
    {
        Type<QueueView>(module).Fields.Single(field => field.Name == "<Ready>k__BackingField").Name = "<Waiting>k__BackingField";
        Ready(module).Name = "Waiting";
    }

    private static void MemberOfAnotherType(ModuleDefinition module) => Ready(module).PropertyType = module.TypeSystem.Int64;

    private static void MemberRenumbered(ModuleDefinition module) => Set(Ready(module), "Id", 99u);

    private static void NumberMissing(ModuleDefinition module) => Strip(Ready(module), "Id");

    private static void NumberTwice(ModuleDefinition module) => Set(Ready(module), "Id", 3u);

    private static void NumbersSwapped(ModuleDefinition module)
    {
        Set(Ready(module), "Id", 3u);
        Set(Property<QueueView>(module, nameof(QueueView.Delayed)), "Id", 2u);
    }

    private static void NumberReused(ModuleDefinition module)
    {
        MemberRenamed(module);
        Property<QueueView>(module, "Waiting").PropertyType = module.TypeSystem.String;
    }

    private static void MemberAdded(ModuleDefinition module)
    {
        var added = new PropertyDefinition("Added", PropertyAttributes.None, module.TypeSystem.Int32);
        added.CustomAttributes.Add(Copy(Ready(module), "Id", 99u));
        Type<QueueView>(module).Properties.Add(added);
    }

    private static void AliasOfMethodRenamed(ModuleDefinition module) => Set(Method(module, nameof(ITaskGrain.RedriveAsync)), "Alias", "Again");

    private static void AliasOfMethodMissing(ModuleDefinition module) => Strip(Method(module, nameof(ITaskGrain.RedriveAsync)), "Alias");

    private static void AliasOfMethodTwice(ModuleDefinition module) => Set(Method(module, nameof(ITaskGrain.RedriveAsync)), "Alias", "Cancel");

    private static void AliasOfGrainMissing(ModuleDefinition module) => Strip(Type<ITaskGrain>(module), "Alias");

    private static void NameOfGrainMissing(ModuleDefinition module) => Strip(Type<ITaskGrain>(module), "GrainInterfaceType");

    private static void GrainRenamed(ModuleDefinition module) => Set(Type<ITaskGrain>(module), "GrainInterfaceType", "nexus.job");

    private static void MethodRemoved(ModuleDefinition module) => Type<ITaskGrain>(module).Methods.Remove(Method(module, nameof(ITaskGrain.RedriveAsync)));

    private static void ParameterOfAnotherType(ModuleDefinition module) => Method(module, nameof(ITaskGrain.CancelAsync)).Parameters[1].ParameterType = module.TypeSystem.Int32;

    private static void ParametersSwapped(ModuleDefinition module)
    {
        var parameters = Method(module, nameof(ITaskGrain.CancelAsync)).Parameters;
        var first = parameters[0];
        parameters.RemoveAt(0);
        parameters.Insert(1, first);
    }

    private static void ReplyOfAnotherType(ModuleDefinition module) => Method(module, nameof(ITaskGrain.RedriveAsync)).ReturnType = Type<IAgentGrain>(module).Methods.Single(method => method.Name == nameof(IAgentGrain.DrainAsync)).ReturnType;

    private static void MethodAdded(ModuleDefinition module)
    {
        var added = new MethodDefinition("AddedAsync", MethodAttributes.Public | MethodAttributes.Abstract, Type<IAgentGrain>(module).Methods.Single(method => method.Name == nameof(IAgentGrain.DrainAsync)).ReturnType);
        added.CustomAttributes.Add(Copy(Method(module, nameof(ITaskGrain.RedriveAsync)), "Alias", "Added"));
        Type<ITaskGrain>(module).Methods.Add(added);
    }

    private static void TimeChanged(ModuleDefinition module) => Set(Type<IAgentGrain>(module).Methods.Single(method => method.Name == nameof(IAgentGrain.LeaseAsync)), "ResponseTimeout", "00:09:00");

    private static void ValueRenumbered(ModuleDefinition module) => Pull(module).Constant = 3;

    private static void ValueRenamed(ModuleDefinition module) => Pull(module).Name = "Draw";

    private static void ValueAdded(ModuleDefinition module) =>
        Type<AgentMode>(module).Fields.Add(new FieldDefinition("Added", FieldAttributes.Public | FieldAttributes.Static | FieldAttributes.Literal, Type<AgentMode>(module)) { Constant = 9 });

    private static TypeDefinition Type<T>(ModuleDefinition module) => module.Types.Single(type => type.FullName == typeof(T).FullName);

    private static PropertyDefinition Property<T>(ModuleDefinition module, string name) => Type<T>(module).Properties.Single(property => property.Name == name);

    private static PropertyDefinition Ready(ModuleDefinition module) => Property<QueueView>(module, nameof(QueueView.Ready));

    private static FieldDefinition Pull(ModuleDefinition module) => Type<AgentMode>(module).Fields.Single(field => field.Name == nameof(AgentMode.Pull));

    private static MethodDefinition Method(ModuleDefinition module, string name) => Type<ITaskGrain>(module).Methods.Single(method => method.Name == name);

    private static void Strip(ICustomAttributeProvider provider, string attribute) => provider.CustomAttributes.Remove(Find(provider, attribute));

    private static void Set(ICustomAttributeProvider provider, string attribute, object value)
    {
        var changed = Copy(provider, attribute, value);
        Strip(provider, attribute);
        provider.CustomAttributes.Add(changed);
    }

    private static CustomAttribute Copy(ICustomAttributeProvider provider, string attribute, object value)
    {
        var original = Find(provider, attribute);
        return new(original.Constructor) { ConstructorArguments = { new(original.ConstructorArguments[0].Type, value) } };
    }

    private static CustomAttribute Find(ICustomAttributeProvider provider, string attribute) => provider.CustomAttributes.Single(present => present.AttributeType.Name == attribute + "Attribute");
}
