using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace NexusActors.Hosting;

/// <summary>Settings of the silo and of the process that hosts it: <c>Nexus:Silo</c>.</summary>
public sealed class SiloOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Silo";

    /// <summary>Folder that holds the facts; made when missing. Relative to the current directory.</summary>
    [Required] public string DataFolder { get; set; } = "data";

    /// <summary>Port on loopback over which silos talk to each other. 0: a free one is chosen at each start.</summary>
    [Range(0, 65535)] public int SiloPort { get; set; }

    /// <summary>Port on loopback for Orleans clients (sibling services that call grains). 0: none is opened; the HTTP gateway in this process needs none.</summary>
    [Range(0, 65535)] public int GatewayPort { get; set; }

    /// <summary>How long a call of a grain may take before its caller gets a timeout.</summary>
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
