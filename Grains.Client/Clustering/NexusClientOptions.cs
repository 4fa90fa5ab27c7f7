using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Clustering;

/// <summary>
/// Which cluster a client belongs to, in the words that its silos use. The times of a client are no settings: they are measured together with those of the silos.
/// </summary>
public sealed class NexusClientOptions
{
    /// <summary>Section that holds <see cref="ClusterId"/> and <see cref="ServiceId"/>.</summary>
    public const string ClusterSection = "Nexus:Cluster";

    /// <summary>Section that holds <see cref="ConnectionString"/>.</summary>
    public const string DatabaseSection = "Nexus:Postgres";

    /// <summary>What clusters and services are called where nothing else is said.</summary>
    public const string DefaultName = "nexus";

    /// <summary>Name of the cluster. Default nexus.</summary>
    [Required, StringLength(100, MinimumLength = 1)] public string ClusterId { get; set; } = DefaultName;

    /// <summary>Name of the service that the cluster carries. Default nexus.</summary>
    [Required, StringLength(100, MinimumLength = 1)] public string ServiceId { get; set; } = DefaultName;

    /// <summary>The PostgreSQL database of the cluster, as Npgsql writes it. A client reads the members there and nothing else: a role that may read <c>OrleansQuery</c> and <c>cluster_member</c> is enough.</summary>
    [Required] public string ConnectionString { get; set; } = "";
}

[OptionsValidator]
internal sealed partial class NexusClientOptionsFieldValidator : IValidateOptions<NexusClientOptions>;
