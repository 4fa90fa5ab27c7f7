using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;

namespace NexusActors.Hosting;

/// <summary>
/// Environment variables that deployments of the original system set, as aliases of settings. It is the weakest source:
/// whatever .NET configuration says wins.
/// </summary>
/// <param name="read">Reads one environment variable; null where it is not set.</param>
/// <param name="cluster">Whether the process uses PostgreSQL and Redis.</param>
internal sealed class LegacyEnvironment(Func<string, string?> read, bool cluster = false) : ConfigurationProvider, IConfigurationSource
{
    private const string PostgresSetting = "Nexus:Postgres:ConnectionString", RedisSetting = "Nexus:Redis:ConnectionString";

    /// <summary>Every name that is understood, with the setting that it stands for; none where it has no effect here.</summary>
    internal static ImmutableArray<LegacyName> Names { get; } =
    [
        new("REDIS_HOST", RedisSetting, LegacyForm.Part), new("REDIS_PORT", RedisSetting, LegacyForm.Part),
        new("POSTGRES_HOST", PostgresSetting, LegacyForm.Part), new("POSTGRES_PORT", PostgresSetting, LegacyForm.Part), new("POSTGRES_DB", PostgresSetting, LegacyForm.Part),
        new("POSTGRES_USER", PostgresSetting, LegacyForm.Part), new("POSTGRES_PASSWORD", PostgresSetting, LegacyForm.Part),
        new("COORDINATION_INTERVAL", "Nexus:Coordination:CoordinationInterval", LegacyForm.Seconds),
        new("MAX_TASK_RETRIES", "Nexus:Coordination:MaxTaskRetries"),
        new("TASK_TIMEOUT", "Nexus:Coordination:TaskTimeout", LegacyForm.Seconds),
        new("LEARNING_RATE", "Nexus:Learning:LearningRate"),
        new("ADAPTATION_THRESHOLD", "Nexus:Learning:AdaptationThreshold"),
        new("RETRAINING_INTERVAL", "Nexus:Learning:RetrainingInterval", LegacyForm.Hours),
        new("OPTIMIZATION_INTERVAL"), new("RELIABILITY_CHECK_INTERVAL"),
        new("MONITORING_ENABLED", "Nexus:Optimization:MonitoringEnabled", LegacyForm.Switch),
    ];

    private readonly List<string> _faults = [];
    private readonly List<string> _idle = [];

    /// <summary>Values that could not be read, one line each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Names that are set and have no effect in this version and mode.</summary>
    public IReadOnlyList<string> WithoutEffect => _idle;

    /// <summary>The variable that a setting has its value from, or those that it is put together from; null where it has it from none.</summary>
    public string? VariableOf(string setting, string value) => Data.TryGetValue(setting, out var own) && own == value
        ? string.Join(", ", Names.Where(name => setting.Equals(name.Setting, StringComparison.OrdinalIgnoreCase) && IsSet(name)).Select(name => name.Variable))
        : null;

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <inheritdoc/>
    public override void Load()
    {
        Data.Clear();
        _faults.Clear();
        _idle.Clear();
        foreach (var name in Names.Where(IsSet))
        {
            var text = read(name.Variable)!;
            if (name.Setting is null || (name.Form == LegacyForm.Part && !cluster)) { _idle.Add(name.Variable); }
            else if (name.Form == LegacyForm.Part) { CheckPart(name.Variable, text); }
            else if (name.Translate(text) is { } value) { Data[name.Setting] = value; }
            else { _faults.Add($"{name.Variable} = \"{text}\": must be {name.Expected}."); }
        }
        if (!cluster) { return; }
        if (Postgres() is { } postgres) { Data[PostgresSetting] = postgres; }
        if (Redis() is { } redis) { Data[RedisSetting] = redis; }
    }

    // What the original takes where a name is not set.
    private string? Postgres()
    {
        if (!Names.Any(name => name.Setting == PostgresSetting && IsSet(name))) { return null; }
        var parts = new DbConnectionStringBuilder
        {
            ["Host"] = Text("POSTGRES_HOST", "localhost"),
            ["Port"] = Text("POSTGRES_PORT", "5432"),
            ["Database"] = Text("POSTGRES_DB", "nexus_architect"),
            ["Username"] = Text("POSTGRES_USER", "nexus_user"),
        };
        if (read("POSTGRES_PASSWORD") is { Length: > 0 } password) { parts["Password"] = password; }
        return parts.ConnectionString;
    }

    private string? Redis() => Names.Any(name => name.Setting == RedisSetting && IsSet(name)) ? $"{Text("REDIS_HOST", "localhost")}:{Text("REDIS_PORT", "6379")}" : null;

    private string Text(string variable, string otherwise) => read(variable) is { Length: > 0 } text ? text : otherwise;

    private bool IsSet(LegacyName name) => read(name.Variable) is { Length: > 0 };

    private void CheckPart(string variable, string text)
    {
        if (variable.EndsWith("_PORT", StringComparison.Ordinal) && !(ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0))
        {
            _faults.Add($"{variable} = \"{text}\": must be a port, 1–65535.");
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
        LegacyForm.Hours => "a number of hours",
        LegacyForm.Switch => "true or false",
        _ => "a number",
    };

    /// <summary>The value in the form of the setting; null where it cannot be read.</summary>
    public string? Translate(string text) => Form switch
    {
        LegacyForm.Seconds => Time(text, 1),
        LegacyForm.Hours => Time(text, 3600),
        LegacyForm.Switch => text.Trim().ToUpperInvariant() switch
        {
            "TRUE" or "1" or "YES" or "ON" => bool.TrueString,
            "FALSE" or "0" or "NO" or "OFF" => bool.FalseString,
            _ => null,
        },
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? text.Trim() : null,
    };

    private static string? Time(string text, double unitSeconds) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number * unitSeconds is >= 0 and <= SecondsMax and var seconds
            ? TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture)
            : null;
}

/// <summary>How the value of an environment variable of the original system is written.</summary>
internal enum LegacyForm
{
    /// <summary>A number, as in the setting.</summary>
    Plain,
    /// <summary>A number of seconds.</summary>
    Seconds,
    /// <summary>A number of hours.</summary>
    Hours,
    /// <summary>On or off.</summary>
    Switch,
    /// <summary>A part of a connection string; acts in cluster mode.</summary>
    Part,
}
