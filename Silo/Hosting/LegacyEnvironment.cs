using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Hosting;

/// <summary>
/// Environment variables that deployments of the original system set, as aliases of settings. It is the weakest source:
/// whatever .NET configuration says wins.
/// </summary>
/// <param name="read">Reads one environment variable; null where it is not set.</param>
internal sealed class LegacyEnvironment(Func<string, string?> read) : ConfigurationProvider, IConfigurationSource
{
    /// <summary>Every name that is understood, with the setting that it stands for; none where it has no effect here.</summary>
    internal static ImmutableArray<LegacyName> Names { get; } =
    [
        new("REDIS_HOST"), new("REDIS_PORT"),
        new("POSTGRES_HOST"), new("POSTGRES_PORT"), new("POSTGRES_DB"), new("POSTGRES_USER"), new("POSTGRES_PASSWORD"),
        new("COORDINATION_INTERVAL", "Nexus:Coordination:CoordinationInterval", LegacyForm.Seconds),
        new("MAX_TASK_RETRIES", "Nexus:Coordination:MaxTaskRetries"),
        new("TASK_TIMEOUT", "Nexus:Coordination:TaskTimeout", LegacyForm.Seconds),
        new("LEARNING_RATE", "Nexus:Learning:LearningRate"),
        new("ADAPTATION_THRESHOLD", "Nexus:Learning:AdaptationThreshold"),
        new("RETRAINING_INTERVAL"),
        new("OPTIMIZATION_INTERVAL"), new("RELIABILITY_CHECK_INTERVAL"),
        new("MONITORING_ENABLED", "Nexus:Optimization:MonitoringEnabled", LegacyForm.Switch),
    ];

    private readonly List<string> _faults = [];
    private readonly List<string> _idle = [];

    /// <summary>Values that could not be read, one line each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Names that are set and have no effect in this version and mode.</summary>
    public IReadOnlyList<string> WithoutEffect => _idle;

    /// <summary>The variable that a setting has its value from, where it has it from one.</summary>
    public string? VariableOf(string setting, string value) =>
        Data.TryGetValue(setting, out var own) && own == value ? Names.First(name => name.Setting is not null && name.Setting.Equals(setting, StringComparison.OrdinalIgnoreCase)).Variable : null;

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <inheritdoc/>
    public override void Load()
    {
        Data.Clear();
        _faults.Clear();
        _idle.Clear();
        foreach (var name in Names)
        {
            if (read(name.Variable) is not { Length: > 0 } text) { continue; }
            if (name.Setting is null) { _idle.Add(name.Variable); }
            else if (name.Translate(text) is { } value) { Data[name.Setting] = value; }
            else { _faults.Add($"{name.Variable} = \"{text}\": must be {name.Expected}."); }
        }
    }
}

/// <summary>One environment variable of the original system.</summary>
/// <param name="Variable">Its name.</param>
/// <param name="Setting">The setting that it stands for; null where it has no effect.</param>
/// <param name="Form">How its value is written.</param>
internal sealed record LegacyName(string Variable, string? Setting = null, LegacyForm Form = LegacyForm.Plain)
{
    private const double SecondsMax = 10L * 365 * 24 * 3600;

    /// <summary>What a value looks like.</summary>
    public string Expected => Form switch
    {
        LegacyForm.Seconds => "a number of seconds",
        LegacyForm.Switch => "true or false",
        _ => "a number",
    };

    /// <summary>The value in the form of the setting; null where it cannot be read.</summary>
    public string? Translate(string text) => Form switch
    {
        LegacyForm.Seconds => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= SecondsMax
            ? TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture)
            : null,
        LegacyForm.Switch => text.Trim().ToUpperInvariant() switch
        {
            "TRUE" or "1" or "YES" or "ON" => bool.TrueString,
            "FALSE" or "0" or "NO" or "OFF" => bool.FalseString,
            _ => null,
        },
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? text.Trim() : null,
    };
}

/// <summary>How the value of an environment variable of the original system is written.</summary>
internal enum LegacyForm
{
    /// <summary>A number, as in the setting.</summary>
    Plain,
    /// <summary>A number of seconds.</summary>
    Seconds,
    /// <summary>On or off.</summary>
    Switch,
}
