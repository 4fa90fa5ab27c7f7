namespace NexusActors.Processes;

/// <summary>
/// The built Silo program in embedded mode, with its own ports and data folder. After its end another can be started on the same <see cref="SiloPlace"/>.
/// </summary>
public sealed class SiloProcess : ProductProcess
{
    private SiloProcess(SiloPlace place, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment) : base(Assembly, place.Folder, place.Coordination, arguments, environment) => Place = place;

    /// <summary>The program under test.</summary>
    public static string Assembly { get; } = BuildFact("SiloAssembly");

    /// <summary>Where it runs.</summary>
    public SiloPlace Place { get; }

    /// <summary>Starts it without waiting for anything.</summary>
    /// <param name="place">Ports and folder.</param>
    /// <param name="settings">More arguments, as in <c>--Nexus:Silo:LogFormat=Json</c>; they win over those of the place.</param>
    /// <param name="environment">More environment variables; null takes one away.</param>
    public static SiloProcess Launch(SiloPlace place, IEnumerable<string>? settings = null, IReadOnlyDictionary<string, string?>? environment = null) =>
        new(place, [.. place.Arguments, .. settings ?? []], environment);

    /// <summary>Starts it with exactly these arguments.</summary>
    public static SiloProcess LaunchBare(SiloPlace place, params string[] arguments) => new(place, arguments, environment: null);

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<SiloProcess> StartAsync(
        SiloPlace place, IEnumerable<string>? settings = null, IReadOnlyDictionary<string, string?>? environment = null, CancellationToken cancellation = default)
    {
        var silo = Launch(place, settings, environment);
        try
        {
            await silo.WaitReadyAsync(cancellation: cancellation);
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }
}
