using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace NexusActors.Hosting;

/// <summary>Settings of the silo and of the process that hosts it: <c>Nexus:Silo</c>.</summary>
public sealed class SiloOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Silo";

    /// <summary>Folder that holds the facts; made when missing. Relative to the current directory. Embedded mode only.</summary>
    [Required] public string DataFolder { get; set; } = "data";

    /// <summary>Address at which other silos and gateways of the cluster reach this one, and on which it listens. Anybody who reaches its ports can call grains: only a network of the cluster's own may. Cluster mode only. Default 127.0.0.1.</summary>
    [Required] public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>Port over which silos talk to each other. 0: in embedded mode a free one on loopback, chosen at each start; in cluster mode 11111.</summary>
    [Range(0, 65535)] public int SiloPort { get; set; }

    /// <summary>Port for Orleans clients (gateways, sibling services that call grains). 0: in embedded mode none is opened, since the HTTP gateway in this process needs none; in cluster mode 30000.</summary>
    [Range(0, 65535)] public int GatewayPort { get; set; }

    /// <summary>Port for probes and metrics (/healthz, /readyz, /metrics) at the advertised address. Cluster mode only, where the three services are served by gateways. 0: none. Default 8079.</summary>
    [Range(0, 65535)] public int OperationsPort { get; set; } = 8079;

    /// <summary>How long a call of a grain may take before its caller gets a timeout. Embedded mode only; in cluster mode it is 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")] public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Idle time after which a grain leaves memory; it comes back when it is called.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")] public TimeSpan IdleGrainAge { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>Time for a clean stop: answer what runs, put grains away, write what waits.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")] public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Form of the log on the console.</summary>
    public LogFormat LogFormat { get; set; } = LogFormat.Text;
}

[OptionsValidator]
internal sealed partial class SiloOptionsFieldValidator : IValidateOptions<SiloOptions>;

internal sealed class SiloOptionsValidator : IValidateOptions<SiloOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (!IPAddress.TryParse(options.AdvertisedAddress, out var address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            failures.AddError("must be an IP address at which others reach this process", nameof(options.AdvertisedAddress));
        }
        if (options.OperationsPort != 0 && (options.OperationsPort == options.SiloPort || options.OperationsPort == options.GatewayPort))
        {
            failures.AddError("must differ from SiloPort and GatewayPort", nameof(options.OperationsPort));
        }
        if (options.SiloPort != 0 && options.SiloPort == options.GatewayPort)
        {
            failures.AddError("must differ from SiloPort", nameof(options.GatewayPort));
        }
        if (options.DataFolder.IndexOfAny(Path.GetInvalidPathChars()) >= 0)
        {
            failures.AddError("is not a path", nameof(options.DataFolder));
        }
        return failures.Build();
    }
}
