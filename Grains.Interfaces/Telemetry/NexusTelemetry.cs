namespace NexusActors.Telemetry;

/// <summary>The one name under which meters and activity sources of NexusActors are published.</summary>
public static class NexusTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "NexusActors";
}
