using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using NexusActors.Coordination;
using NexusActors.Learning;
using NexusActors.Optimization;
using NexusActors.Security;
using NexusActors.Telemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace NexusActors.Http;

/// <summary>Puts the HTTP side into a process: the silo's own (embedded) or one of its own (Orleans client). It needs an <see cref="IGrainFactory"/>.</summary>
public static class GatewayHosting
{
    /// <summary>Adds listeners, settings (<c>Nexus:Gateway</c>), error handling, documents and metrics.</summary>
    public static WebApplicationBuilder AddNexusGateway(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<GatewayOptions>().BindConfiguration(GatewayOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GatewayOptions>, GatewayOptionsFieldValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<KestrelServerOptions>, GatewayKestrel>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<Microsoft.AspNetCore.Routing.MatcherPolicy, ListenerPortPolicy>());
        services.TryAddSingleton<StreamGate>();
        services.TryAddSingleton<RemoteCalls>();
        services.AddBrowserSafety();
        builder.AddOperations();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.MaxDepth = JsonBody.DepthMax;
        });
        services.AddApiDocuments();
        services.TryAddSingleton<ApiDocumentTexts>();
        return builder;
    }

    /// <summary>Adds probes, metrics and the answers to what fails; a process that serves nothing else needs no more.</summary>
    public static WebApplicationBuilder AddOperations(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddExceptionHandler<RefusalHandler>();
        services.AddHealthChecks();
        services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("nexusactors")).WithMetrics(metrics => metrics
            .AddMeter(NexusTelemetry.Name, "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddRuntimeInstrumentation()
            .AddPrometheusExporter());
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);   // two lines for each request cost more than the request
        return builder;
    }

    /// <summary>Maps probes and metrics, and nothing else.</summary>
    public static WebApplication MapOperationsAlone(this WebApplication app)
    {
        app.UseExceptionHandler(static _ => { });
        app.UseStatusCodePages(ProblemWriter.WriteStatusAsync);
        app.UseRouting();
        app.MapOperations();
        return app;
    }

    /// <summary>Maps every service that the settings ask for onto its port.</summary>
    public static WebApplication MapNexusGateway(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        app.UseBrowserSafety(settings);
        app.UseExceptionHandler(static _ => { });
        app.UseStatusCodePages(ProblemWriter.WriteStatusAsync);
        app.UseRouting();
        app.UseAdmission();
        foreach (var api in ServedApi.All(settings))
        {
            app.MapHealth(api);
            app.MapApiDocument(api);
            switch (api.Name)
            {
                case ServedApi.Coordination: app.MapCoordination(api.Port); break;
                case ServedApi.Learning: app.MapLearning(api.Port); break;
                case ServedApi.Optimization: app.MapOptimization(api.Port); break;
            }
        }
        app.MapOperations();
        app.MapApiReference();
        return app;
    }
}
