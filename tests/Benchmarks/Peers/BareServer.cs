using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace NexusActors.Benchmarks;

/// <summary>A grain that answers at once: the least that a call can cost.</summary>
[Alias("nexus.bench.IPingGrain")]
internal interface IPingGrain : IGrainWithStringKey
{
    /// <summary>Gives back a constant.</summary>
    [Alias("Ping")] Task<string> PingAsync(CancellationToken cancellation = default);
}

/// <inheritdoc cref="IPingGrain"/>
internal sealed class PingGrain : Grain, IPingGrain
{
    public Task<string> PingAsync(CancellationToken cancellation) => Task.FromResult(BareServer.Answer);
}

/// <summary>The ceilings over HTTP, in a process of their own: bare Kestrel with a constant, and HTTP with one grain call.</summary>
internal sealed class BareServer : IDisposable
{
    /// <summary>First argument that turns the program into this server.</summary>
    public const string Verb = "serve-bare";

    public const string Answer = """{"id":"agent-1","agent_type":"qa_automation","status":"active","current_load":0,"max_capacity":100}""";

    public BareServer()
    {
        var ports = ServerProcess.FreePorts(2);
        Address = new Uri($"http://127.0.0.1:{ports[0]}/");
        Server = ServerProcess.Start(typeof(BareServer).Assembly.Location, [Verb, $"{ports[0]}", $"{ports[1]}"], Path.GetTempPath(), new Uri(Address, "constant"));
    }

    public Uri Address { get; }

    public ServerProcess Server { get; }

    public void Dispose() => Server.Dispose();

    /// <summary>The server itself.</summary>
    public static void Serve(int port, int siloPort)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Host.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort: 0);
            silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = "bench");
        });
        var app = builder.Build();
        var answer = System.Text.Encoding.UTF8.GetBytes(Answer);
        app.MapGet("/constant", (HttpContext http) => WriteAsync(http, answer));
        app.MapGet("/ping/{key}", async (string key, HttpContext http, IGrainFactory grains) =>
            await WriteAsync(http, System.Text.Encoding.UTF8.GetBytes(await grains.GetGrain<IPingGrain>(key).PingAsync(http.RequestAborted))));
        app.Run();
    }

    private static Task WriteAsync(HttpContext http, byte[] body)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body).AsTask();
    }
}
