using System.Collections.Immutable;

namespace NexusActors.Hosting;

/// <summary>The process cannot start, for reasons that its operator can mend. The message names all of them.</summary>
/// <param name="faults">One line each: which setting, what is wrong with it, what to do.</param>
internal sealed class StartupException(ImmutableArray<string> faults) : Exception(Describe(faults))
{
    /// <summary>One line each.</summary>
    public ImmutableArray<string> Faults { get; } = faults;

    private static string Describe(ImmutableArray<string> faults) =>
        $"NexusActors cannot start, {(faults.Length == 1 ? "for one reason" : $"for {faults.Length} reasons")}:{Environment.NewLine}"
        + string.Join(Environment.NewLine, faults.Select(fault => $"  - {fault}"));
}
