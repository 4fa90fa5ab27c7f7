namespace NexusActors.Chaos.Faults;

/// <summary>What the machine must have for a fault.</summary>
[Flags]
internal enum FaultNeeds
{
    None = 0,
    /// <summary>Namespaces of the run's own, which need root.</summary>
    Isolation = 1,
    /// <summary>Control groups for CPU and memory.</summary>
    ControlGroups = 2,
}
