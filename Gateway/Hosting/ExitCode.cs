namespace NexusActors.Hosting;

/// <summary>What the process says to its caller when it ends. An exception that nobody caught gives the code of the runtime.</summary>
internal static class ExitCode
{
    /// <summary>It did what it was asked, or was asked to stop and did so cleanly.</summary>
    public const int Done = 0;

    /// <summary>A probe found the service unwell or absent.</summary>
    public const int Unwell = 1;

    /// <summary>It cannot start until somebody changes something; the error output says what.</summary>
    public const int CannotStart = 2;

    /// <summary>A silo that alone has lost the database, and made room for those that have it. Start it again.</summary>
    public const int LeftCluster = 3;
}
