using NexusActors.Http;

// The gateway on its own: an Orleans client that finds the cluster by the section Orleans of the configuration.
var builder = WebApplication.CreateBuilder(args);
builder.UseOrleansClient();
builder.AddNexusGateway();
var app = builder.Build();
app.MapNexusGateway();
await app.RunAsync();
