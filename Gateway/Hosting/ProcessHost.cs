using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace NexusActors.Hosting;

/// <summary>What every process of the product begins with: its sources of settings, its log, and the check of all settings.</summary>
internal static class ProcessHost
{
    /// <summary>A builder that has read the command line, the environment with its old names, and appsettings.json.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="program">The program's own assembly.</param>
    /// <param name="mode">What the program does unless it is told otherwise.</param>
    public static WebApplicationBuilder Create(CommandLine line, Assembly program, HostingMode mode = HostingMode.Embedded)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [.. line.Settings],
            ApplicationName = program.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        var legacy = new LegacyEnvironment(Environment.GetEnvironmentVariable, cluster: ModeOf(builder.Configuration, mode) == HostingMode.Cluster);
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = HostDefaults.Values });
        builder.Configuration.Sources.Insert(1, new MemoryConfigurationSource { InitialData = [new($"{ProcessOptions.Section}:{nameof(ProcessOptions.Mode)}", $"{mode}")] });
        builder.Configuration.Sources.Insert(2, legacy);
        builder.Services.AddSingleton(legacy);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddOptions<ProcessOptions>().BindConfiguration(ProcessOptions.Section);
        return builder;
    }

    /// <summary>The mode that settings ask for. What cannot be read counts as not said; the check of settings will name it.</summary>
    public static HostingMode ModeOf(IConfiguration configuration, HostingMode otherwise = HostingMode.Embedded) =>
        Enum.TryParse<HostingMode>(configuration[$"{ProcessOptions.Section}:{nameof(ProcessOptions.Mode)}"], ignoreCase: true, out var mode) && Enum.IsDefined(mode) ? mode : otherwise;

    /// <summary>What settings say without a host: for those who only want to know where to look.</summary>
    public static IConfiguration Read(CommandLine line) => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .AddCommandLine([.. line.Settings])
        .Build();

    /// <summary>Logs to the console.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="format">Reads the form of the log, when the settings have been checked.</param>
    public static void AddConsoleLog(this WebApplicationBuilder builder, Func<IServiceProvider, LogFormat> format)
    {
        builder.Logging.ClearProviders().AddConsole();
        builder.Services.AddOptions<ConsoleLoggerOptions>().Configure<IServiceProvider>((console, services) =>
            console.FormatterName = format(services) == LogFormat.Json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple);
        builder.Services.Configure<SimpleConsoleFormatterOptions>(text =>
            (text.SingleLine, text.TimestampFormat, text.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        builder.Services.Configure<JsonConsoleFormatterOptions>(json =>
            (json.TimestampFormat, json.UseUtcTimestamp, json.IncludeScopes) = ("yyyy-MM-ddTHH:mm:ss.fffZ", true, true));
    }

    /// <summary>Checks everything that was said, in a container of its own: options are asked for as soon as the application is built, by the log to begin with.</summary>
    /// <exception cref="StartupException">Settings are wrong; says all that are.</exception>
    public static void RefuseFaults(this WebApplicationBuilder builder, CommandLine line, SettingsCatalog catalog)
    {
        using var services = builder.Services.BuildServiceProvider();
        ImmutableArray<string> faults = [.. line.Faults, .. new SettingsCheck(catalog, builder.Configuration, services.GetRequiredService<LegacyEnvironment>(), services).Faults()];
        if (!faults.IsEmpty) { throw new StartupException(faults); }
    }

    /// <summary>Starts it.</summary>
    /// <param name="app">The process.</param>
    /// <param name="premises">Looks, before anything starts, at what it needs of its machine.</param>
    /// <returns>Whether it runs; false when it was asked to stop before it was ready.</returns>
    /// <exception cref="StartupException">The machine does not give what it needs; says everything that is missing.</exception>
    public static async Task<bool> StartUnlessStoppedAsync(this WebApplication app, Func<IServiceProvider, CancellationToken, Task>? premises = null)
    {
        try
        {
            if (premises is not null) { await premises(app.Services, app.Lifetime.ApplicationStopping); }
            await app.StartAsync();
            return true;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }
    }
}
