using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Clustering;
using NexusActors.Errors;
using NexusActors.Samples.Sibling;

const string Usage = """
    A service beside a NexusActors cluster that calls its grains without HTTP: it registers an agent, submits a task, leases it, does it, reports it and reads it.

    Usage:
      dotnet run --project samples/sibling -- --Nexus:Postgres:ConnectionString="Host=…" [--Nexus:Cluster:ClusterId=nexus] [--text="what to digest"]
    """;

if (args is ["--help"] or ["-h"])
{
    Console.WriteLine(Usage);
    return 0;
}
var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);   // faults are told below
builder.Services.AddNexusClient(builder.Configuration);
using var host = builder.Build();
var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
try
{
    await host.StartAsync();                                                // returns when a silo has answered
    var errand = new Errand(host.Services.GetRequiredService<IGrainFactory>(), TimeProvider.System, Console.WriteLine);
    await errand.RunAsync(builder.Configuration["text"] ?? "a task without a way through HTTP", stopping);
    await host.StopAsync();
    return 0;
}
catch (OptionsValidationException faults)
{
    Console.Error.WriteLine($"{string.Join('\n', faults.Failures)}\n\n{Usage}");
    return 2;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}
catch (NexusException refusal)
{
    Console.Error.WriteLine($"refused: {refusal.Error}: {refusal.Message}");
    return 1;
}
catch (Exception silent) when (silent is TimeoutException or OrleansException)
{
    Console.Error.WriteLine($"the cluster does not answer: {silent.Message}");
    return 1;
}
