using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Clustering;

/// <summary>Which cluster a silo or gateway belongs to: <c>Nexus:Cluster</c>, the same in all of its processes.</summary>
public sealed class ClusteringOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Cluster";

    /// <summary>Name of this cluster: silos and gateways with the same name and database find each other. A restored backup gets a new one, so that it knows nothing of the silos of old. Default nexus.</summary>
    [Required, StringLength(100, MinimumLength = 1)] public string ClusterId { get; set; } = NexusClientOptions.DefaultName;

    /// <summary>Name of the service, under which grain state is kept; it outlives clusters. Default nexus.</summary>
    [Required, StringLength(100, MinimumLength = 1)] public string ServiceId { get; set; } = NexusClientOptions.DefaultName;
}

[OptionsValidator]
internal sealed partial class ClusteringOptionsFieldValidator : IValidateOptions<ClusteringOptions>;
