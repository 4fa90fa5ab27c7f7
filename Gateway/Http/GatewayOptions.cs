using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;
using NexusActors.Security;

namespace NexusActors.Http;

/// <summary>Settings of the HTTP side, <c>Nexus:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Nexus:Gateway";

    /// <summary>Address to listen on; a loopback address. Default 127.0.0.1.</summary>
    [Required] public string BindAddress { get; set; } = "127.0.0.1";

    /// <summary>
    /// Further host names under which requests may come, separated by commas, such as that of a proxy; <c>*</c>: any. Others get 403, so that a name which somebody lets point to this
    /// machine opens nothing to a browser. Always allowed: localhost, 127.0.0.1, [::1] and the bind address. Default: none.
    /// </summary>
    public string AllowedHosts { get; set; } = "";

    /// <summary>Origins of web pages that may call this service from a browser (CORS), separated by commas: <c>http://localhost:3000</c>. Pages of others can change nothing (403) and read nothing. Default: none.</summary>
    public string AllowedOrigins { get; set; } = "";

    /// <summary>Port of the multi-agent coordinator; 0: not served here. Default 8070.</summary>
    [Range(0, 65535)] public int CoordinationPort { get; set; } = 8070;

    /// <summary>Port of the adaptive learning engine; 0: not served here. Default 8071.</summary>
    [Range(0, 65535)] public int LearningPort { get; set; } = 8071;

    /// <summary>Port of the production optimizer; 0: not served here. Default 8072.</summary>
    [Range(0, 65535)] public int OptimizationPort { get; set; } = 8072;

    /// <summary>Largest body of an ordinary request, and of one item of a bulk request, in bytes. Default 256 KB.</summary>
    [Range(1024, 8 * 1024 * 1024)] public int BodyBytesMax { get; set; } = 256 * 1024;

    /// <summary>Largest body of a bulk request in bytes. Default 32 MB.</summary>
    [Range(1024, 256 * 1024 * 1024)] public int BulkBodyBytesMax { get; set; } = 32 * 1024 * 1024;

    /// <summary>Most items of a bulk request. Default 10,000.</summary>
    [Range(1, 100_000)] public int BulkItemsMax { get; set; } = 10_000;

    /// <summary>Most event streams open at once; one more is refused (429). Default 200.</summary>
    [Range(1, 100_000)] public int StreamsMax { get; set; } = 200;

    /// <summary>Most connections open at once; more are closed. Default 20,000.</summary>
    [Range(1, 1_000_000)] public int ConnectionsMax { get; set; } = 20_000;

    /// <summary>Longest time that the headers of a request may take to arrive. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")] public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence on an idle event stream after which a comment is sent to keep it open. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:20")] public TimeSpan StreamHeartbeat { get; set; } = TimeSpan.FromSeconds(15);
}

[OptionsValidator]
internal sealed partial class GatewayOptionsFieldValidator : IValidateOptions<GatewayOptions>;

/// <summary>What holds between the settings, and the rule that nobody but this machine can reach a service without authentication.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (!IPAddress.TryParse(options.BindAddress, out var address))
        {
            failures.AddError($"'{options.BindAddress}' is not an IP address; use 127.0.0.1 or ::1", nameof(options.BindAddress));
        }
        else if (!IPAddress.IsLoopback(address))
        {
            failures.AddError($"{options.BindAddress} can be reached from other machines, and requests are not authenticated: only a loopback address (127.0.0.1 or ::1) is allowed", nameof(options.BindAddress));
        }
        foreach (var host in HostNames.Parse(options.AllowedHosts).Where(host => !HostNames.IsName(host)))
        {
            failures.AddError($"'{host}' is not a host name; write it without scheme, port and path", nameof(options.AllowedHosts));
        }
        foreach (var origin in Origins.Parse(options.AllowedOrigins).Where(origin => !Origins.IsOrigin(origin)))
        {
            failures.AddError($"'{origin}' is not the origin of a web page; write scheme, host and port: http://localhost:3000", nameof(options.AllowedOrigins));
        }
        int[] ports = [.. new[] { options.CoordinationPort, options.LearningPort, options.OptimizationPort }.Where(port => port != 0)];
        if (ports.Length == 0)
        {
            failures.AddError("at least one of CoordinationPort, LearningPort and OptimizationPort must not be 0");
        }
        if (ports.Distinct().Count() != ports.Length)
        {
            failures.AddError("CoordinationPort, LearningPort and OptimizationPort must differ");
        }
        if (options.BulkBodyBytesMax < options.BodyBytesMax)
        {
            failures.AddError($"must not be below {nameof(options.BodyBytesMax)}", nameof(options.BulkBodyBytesMax));
        }
        return failures.Build();
    }
}
