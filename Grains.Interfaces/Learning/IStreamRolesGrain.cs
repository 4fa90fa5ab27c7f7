using System.Collections.Immutable;

namespace NexusActors.Learning;

/// <summary>What members of a stream's experiences are to a learner, by the stream's name.</summary>
[GrainInterfaceType("nexus.stream-roles"), Alias("nexus.IStreamRolesGrain")]
public interface IStreamRolesGrain : IGrainWithStringKey
{
    /// <summary>As declared; null where nothing was.</summary>
    [Alias("Get")] Task<StreamRoles?> GetAsync(CancellationToken cancellation = default);

    /// <summary>Declares anew. Models and rules of the stream are learned anew where it differs from what was declared before. On disk when the call returns.</summary>
    [ResponseTimeout("00:05:00"), Alias("Set")] Task<StreamRoles> SetAsync(StreamRoles roles, CancellationToken cancellation = default);
}

/// <summary>Declared roles of members.</summary>
[GenerateSerializer, Immutable, Alias("nexus.StreamRoles")]
public sealed record StreamRoles
{
    /// <summary>Names declared at most, of each kind.</summary>
    public const int NamesMax = 200;

    /// <summary>Names of <c>performance_metrics</c> that are known before the action: they are predicted from, and not predicted. <c>*</c> stands for any characters.</summary>
    [Id(0)] public ImmutableArray<string> KnownBefore { get; init; } = [];
    /// <summary>Names or paths of members of context and action that are known only afterwards: nothing is predicted from them. <c>*</c> stands for any characters.</summary>
    [Id(1)] public ImmutableArray<string> KnownAfter { get; init; } = [];
}
