using System.Net;
using System.Text;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace NexusActors.Servers.Hosts;

/// <summary>A server in a container, for machines without its binaries. Its port stays the same when it is started again.</summary>
internal sealed class ContainerHost : IServerHost
{
    private readonly ServerProduct _product;
    private readonly IContainer _container;

    public ContainerHost(ServerProduct product, string password)
    {
        (_product, Password, Port) = (product, password, FreePort.Take(IPAddress.Loopback.ToString()));
        var builder = new ContainerBuilder(product.Image)
            .WithPortBinding(Port, product.ContainerPort)
            .WithCreateParameterModifier(container => (container.HostConfig ??= new()).Init = true);
        _container = (product.Name == ServerProduct.Redis.Name ? AsRedis(builder, password) : AsPostgres(builder, password)).Build();
    }

    public string Description => $"The {_product.Name} in container {_container.Name}";

    public bool IsPrivate => true;

    public TimeSpan Cpu => throw new InvalidOperationException($"{Description} runs elsewhere: its CPU time cannot be read.");

    public bool IsRunning => _container.State is TestcontainersStates.Running or TestcontainersStates.Paused;

    public string Address => _container.Hostname;

    public int Port { get; }

    public string Password { get; }

    public Task StartAsync(CancellationToken cancellation) => _container.StartAsync(cancellation);

    /// <summary>Kills everything in the container but its first process, which then ends by itself.</summary>
    public async Task KillAsync()
    {
        await _container.ExecAsync(["sh", "-c", "kill -9 -1"]);
        await _container.StopAsync();
    }

    public Task StopAsync() => _container.StopAsync();

    public Task PauseAsync() => _container.PauseAsync();

    public Task ContinueAsync() => _container.UnpauseAsync();

    public async Task<string> LogTailAsync(int lines)
    {
        var (output, errors) = await _container.GetLogsAsync();
        return string.Join('\n', $"{output}\n{errors}".Split('\n').TakeLast(lines));
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();

    private static ContainerBuilder AsRedis(ContainerBuilder builder, string password) =>
        builder.WithCommand("redis-server", "--requirepass", password, "--databases", "1024", "--appendonly", "yes", "--save", "");

    private static ContainerBuilder AsPostgres(ContainerBuilder builder, string password) => builder
        .WithEnvironment("POSTGRES_PASSWORD", password)
        .WithResourceMapping(
            Encoding.UTF8.GetBytes($"CREATE ROLE nexus LOGIN CREATEDB PASSWORD '{password}';\nCREATE DATABASE nexus OWNER nexus;\n"), "/docker-entrypoint-initdb.d/nexus.sql")
        .WithCommand("postgres", "-c", "shared_buffers=64MB", "-c", "max_connections=300");
}
