namespace NexusActors.Hosting;

/// <summary>What configuration says where nobody says anything. The weakest source.</summary>
internal static class HostDefaults
{
    /// <summary>Keys and values.</summary>
    public static IReadOnlyDictionary<string, string?> Values { get; } = new Dictionary<string, string?>
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:System"] = "Warning",
        ["Logging:LogLevel:Orleans"] = "Warning",
        ["Logging:LogLevel:Polly"] = "Warning",
        ["Logging:LogLevel:Npgsql"] = "Warning",
        // Advises server GC at each start; one process on a small machine is better off without.
        ["Logging:LogLevel:Orleans.Runtime.Silo"] = "Error",
        // Its first look counts from the start of the machine and reports a stall that is none.
        ["Logging:LogLevel:Orleans.Runtime.Watchdog"] = "Error",
        // The answer of the probe says what is wrong, and what is wrong has been logged where it happened.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "Critical",
    };
}
