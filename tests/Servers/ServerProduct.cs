namespace NexusActors.Servers;

/// <summary>What differs between the servers that tests can have.</summary>
/// <param name="Name">Its name in the scripts.</param>
/// <param name="Variable">The environment variable that gives a server instead.</param>
/// <param name="Image">The container image.</param>
/// <param name="ContainerPort">Its port within a container.</param>
/// <param name="StopSignal">The signal that ends it in good order without waiting for its clients.</param>
/// <param name="AbortSignal">The signal that ends it at once, without leaving shared memory behind.</param>
internal sealed record ServerProduct(string Name, string Variable, string Image, int ContainerPort, int StopSignal, int AbortSignal)
{
    public static readonly ServerProduct Postgres = new("postgres", "NEXUS_TEST_POSTGRES", "postgres:17", 5432, Signals.Interrupt, Signals.Quit);

    public static readonly ServerProduct Redis = new("redis", "NEXUS_TEST_REDIS", "redis:7", 6379, Signals.Terminate, Signals.Terminate);
}
