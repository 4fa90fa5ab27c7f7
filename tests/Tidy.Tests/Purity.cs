using Mono.Cecil;

namespace NexusActors.Tidy;

/// <summary>Finds what code of an Algorithms/ folder may not touch: the actor framework, tasks, clocks, logs, files, nets and ambient randomness. It reads the compiled code.</summary>
internal static class Purity
{
    private static readonly string[] Namespaces =
    [
        "Orleans", "Microsoft.Extensions", "Microsoft.AspNetCore", "System.Threading.Tasks", "System.IO", "System.Net", "System.Diagnostics.Metrics",
        "System.Security.Cryptography.RandomNumberGenerator",
    ];

    private static readonly string[] TypeNames = ["System.TimeProvider", "System.Environment", "System.Console", "System.Diagnostics.Stopwatch", "System.Diagnostics.Activity", "System.Threading.Timer", "System.Threading.Thread"];

    private static readonly string[] Members =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today", "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.Random::get_Shared", "System.Random::.ctor()", "System.Guid::NewGuid", "System.Guid::CreateVersion7",
    ];

    /// <summary>Every use that is not allowed, as <c>where: what</c>.</summary>
    public static IEnumerable<string> Faults(AssemblyDefinition assembly) =>
        Algorithms(assembly).SelectMany(method => Uses(method).Where(IsForbidden).Select(use => $"{method.DeclaringType.FullName}.{method.Name}: {use}")).Distinct();

    /// <summary>Every method whose source lies in an Algorithms/ folder.</summary>
    public static IEnumerable<MethodDefinition> Algorithms(AssemblyDefinition assembly) =>
        assembly.MainModule.GetTypes().SelectMany(type => type.Methods).Where(method => SourceOf(method)?.Replace('\\', '/').Contains("/Algorithms/", StringComparison.Ordinal) == true);

    private static string? SourceOf(MethodDefinition method) => method.DebugInformation.SequencePoints.Select(point => point.Document.Url).FirstOrDefault();

    private static IEnumerable<string> Uses(MethodDefinition method)
    {
        var types = method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType).Concat(method.Body.Variables.Select(local => local.VariableType));
        var operands = method.Body.Instructions.Select(instruction => instruction.Operand);
        return types.SelectMany(Names).Concat(operands.SelectMany(operand => operand switch
        {
            TypeReference type => Names(type),
            MethodReference call => Names(call.DeclaringType).Append(NameOf(call)).Concat(Names(call.ReturnType)).Concat((call as GenericInstanceMethod)?.GenericArguments.SelectMany(Names) ?? []),
            FieldReference field => Names(field.DeclaringType).Concat(Names(field.FieldType)),
            _ => [],
        }));
    }

    private static string NameOf(MethodReference call) => $"{call.DeclaringType.FullName}::{call.Name}{(call.Name == ".ctor" && !call.HasParameters ? "()" : "")}";

    private static IEnumerable<string> Names(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Names).Append(generic.ElementType.FullName),
        TypeSpecification specification => Names(specification.ElementType),
        _ => [type.FullName],
    };

    private static bool IsForbidden(string use) =>
        Namespaces.Any(space => use.StartsWith(space + ".", StringComparison.Ordinal) || use == space)
        || TypeNames.Any(type => use == type || use.StartsWith(type + "::", StringComparison.Ordinal)) || Members.Contains(use);
}
