using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace NexusActors.Clustering;

/// <summary>Where grain state lies that can be rebuilt from facts: <c>Nexus:Redis</c>, cluster mode only.</summary>
internal sealed class RedisOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Nexus:Redis";

    /// <summary>Server and password, as StackExchange.Redis takes them: <c>redis:6379,password=…</c>. A secret. No default; required in cluster mode.</summary>
    [Required] public string ConnectionString { get; set; } = "";
}

[OptionsValidator]
internal sealed partial class RedisOptionsFieldValidator : IValidateOptions<RedisOptions>;

/// <summary>Checks that the connection string can be read; its text is a secret and not repeated.</summary>
internal sealed class RedisOptionsValidator : IValidateOptions<RedisOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        if (string.IsNullOrEmpty(options.ConnectionString)) { return ValidateOptionsResult.Skip; }
        try
        {
            return ConfigurationOptions.Parse(options.ConnectionString).EndPoints.Count > 0 ? ValidateOptionsResult.Success : Fault();
        }
        catch (ArgumentException)
        {
            return Fault();
        }
    }

    private static ValidateOptionsResult Fault() => ValidateOptionsResult.Fail($"{nameof(RedisOptions.ConnectionString)}: is not of the form host:port,password=…");
}
