using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using NexusActors.Hosting;

namespace NexusActors.Clustering;

/// <summary>Settings of a gateway that is a process of its own: <c>Nexus:GatewayProcess</c>. Without effect on a gateway inside a silo's process.</summary>
public sealed class GatewayProcessOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:GatewayProcess";

    /// <summary>Time for a clean stop: half of it for requests that run, half for leaving the cluster. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")] public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Form of the log on the console.</summary>
    public LogFormat LogFormat { get; set; } = LogFormat.Text;
}

[OptionsValidator]
internal sealed partial class GatewayProcessOptionsFieldValidator : IValidateOptions<GatewayProcessOptions>;

/// <summary>Where a gateway finds its cluster; the silo's own settings of that section say more.</summary>
internal sealed class MembershipStore
{
    /// <summary>Section of the configuration.</summary>
    public const string SharedSection = "Nexus:Postgres";

    /// <summary>The database of the cluster.</summary>
    [Required] public string ConnectionString { get; set; } = "";
}

[OptionsValidator]
internal sealed partial class MembershipStoreFieldValidator : IValidateOptions<MembershipStore>;
