namespace NexusActors.Coordination;

/// <summary>Bounds that several inputs share.</summary>
internal static class Limits
{
    /// <summary>Longest duration that a caller can name: ten years, in seconds.</summary>
    public const double SecondsMax = 315_360_000;

    /// <summary>Shortest timeout that a caller can name, in seconds.</summary>
    public const double TimeoutSecondsMin = 0.001;

    /// <summary>Latest year of a moment that work is to wait for.</summary>
    public const int YearMax = 2200;
}
