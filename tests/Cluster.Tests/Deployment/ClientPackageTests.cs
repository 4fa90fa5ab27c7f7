using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NexusActors.Clustering;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Processes;
using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Deployment;

/// <summary>Services beside the cluster: the packages that they get, and what they do with them.</summary>
public sealed partial class ClientPackageTests(ClientPackages packages) : IClassFixture<ClientPackages>
{
    [Theory]
    [InlineData("NexusActors.Grains.Interfaces", new[] { "Microsoft.Orleans.Sdk" })]
    [InlineData("NexusActors.Grains.Client", new[] { "Microsoft.Orleans.Client", "Microsoft.Orleans.Clustering.AdoNet", "NexusActors.Grains.Interfaces", "Npgsql" })]
    public void Package_HoldsWhatItsUsersNeed(string id, string[] needs)
    {
        var (metadata, files) = packages.Read(id);
        string? Fact(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

        Assert.Subset(files.ToHashSet(), new HashSet<string> { $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", "README.md", "LICENSE.txt" });
        Assert.Equal(("README.md", "LICENSE.txt"), (Fact("readme"), Fact("license")));
        Assert.NotEmpty(Fact("description")!);
        var dependencies = metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value).ToHashSet();
        Assert.Subset(dependencies, needs.ToHashSet());
        Assert.DoesNotContain("Microsoft.CodeAnalysis.BannedApiAnalyzers", dependencies);
    }

    [Fact]
    public async Task Readme_Code_IsThatOfTheSample()
    {
        var sample = string.Concat(Directory.GetFiles(Path.Combine(ProductProcess.Repository, "samples", "sibling"), "*.cs").Select(File.ReadAllText));
        var quotes = Code().Matches(await File.ReadAllTextAsync(Path.Combine(ProductProcess.Repository, "Grains.Client", "README.md"))).SelectMany(quote => quote.Groups["code"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToArray();

        Assert.NotEmpty(quotes);
        Assert.All(quotes, line => Assert.Contains(line, sample, StringComparison.Ordinal));
    }

    /// <summary>Built from the packages alone, as a role that may look for silos and nothing else.</summary>
    [Fact]
    public async Task Sibling_OnAClusterOfProcesses_GetsItsTaskDone()
    {
        var program = await packages.BuildSiblingAsync();
        await using var server = await PostgresServer.StartPrivateAsync();
        var (cluster, _, gateway) = await ClusterUnderTest.StartAsync(server);
        await using var _ = cluster;
        var role = await MakeReaderAsync(server, cluster.ConnectionString);

        var said = await DotnetCommand.RunAsync(packages.Folder, "exec", program, $"--Nexus:Postgres:ConnectionString={role}", "--text=abc");

        Assert.True(packages.AreUsed, "the sample was built from something else");
        var task = TaskId().Match(said).Groups["id"].Value;
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("abc"))), said, StringComparison.Ordinal);
        Assert.Contains("left       sibling-", said, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = gateway.Coordination };
        Assert.Contains("\"completed\"", await http.GetStringAsync(new Uri($"tasks/{task}", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_SiloKilled_GoesOnWithTheOthers()
    {
        var (cluster, silos, _) = await ClusterUnderTest.StartAsync();
        await using var _ = cluster;
        using var host = await ConnectAsync(cluster.ConnectionString);
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var queue = grains.GetGrain<IQueueGrain>(QueueNames.Default);
        TaskSubmission[] tasks = [.. Enumerable.Range(0, 20).Select(number => new TaskSubmission
        {
            Spec = new() { Id = $"task-{number}", Type = TaskType.Testing, Priority = 3, Description = "d" },
            IdempotencyKey = $"key-{number}",
        })];
        Assert.All(await queue.SubmitAsync([.. tasks]), reply => Assert.Equal(NexusError.None, reply.Error));

        await silos[0].KillAsync();

        await cluster.UntilAsync(async () => await AnsweredAsync(grains, queue, tasks), "every task is read and submitted again");
        var refusal = await Assert.ThrowsAsync<NexusException>(() => grains.GetGrain<ITaskGrain>("none").HistoryAsync());
        Assert.Equal(NexusError.NotFound, refusal.Error);
        await host.StopAsync();
    }

    [Fact]
    public async Task Client_StartedBeforeItsCluster_WaitsForTheFirstSilo()
    {
        await using var cluster = await ClusterUnderTest.CreateAsync();
        var connecting = ConnectAsync(cluster.ConnectionString);
        cluster.LaunchSilo();

        using var host = await connecting;

        Assert.Null(await host.Services.GetRequiredService<IGrainFactory>().GetGrain<ITaskGrain>("none").GetAsync());
        await host.StopAsync();
    }

    [Theory]
    [InlineData("", "nexus", "ConnectionString")]
    [InlineData("no connection; secret", "nexus", "ConnectionString")]
    [InlineData("Host=localhost", "", "ClusterId")]
    public async Task Client_WithWrongSettings_DoesNotStart(string connection, string cluster, string named)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddNexusClient(options => (options.ConnectionString, options.ClusterId) = (connection, cluster));
        using var host = builder.Build();

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(refusal.Failures, failure => failure.Contains(named, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> AnsweredAsync(IGrainFactory grains, IQueueGrain queue, TaskSubmission[] tasks)
    {
        try
        {
            var views = await Task.WhenAll(tasks.Select(task => grains.GetGrain<ITaskGrain>(task.Spec.Id).GetAsync()));
            return views.All(view => view is not null) && (await queue.SubmitAsync([.. tasks])).All(reply => reply is { Error: NexusError.None, Repeated: true });
        }
        catch (Exception silent) when (silent is TimeoutException or OrleansException)
        {
            return false;
        }
    }

    private static async Task<IHost> ConnectAsync(string connection)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddNexusClient(options => options.ConnectionString = connection);
        var host = builder.Build();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await host.StartAsync(limit.Token);
        return host;
    }

    /// <summary>A role that may read the two tables that say where silos are.</summary>
    private static async Task<string> MakeReaderAsync(PostgresServer server, string connection)
    {
        var password = RandomNumberGenerator.GetHexString(32);
        var database = new NpgsqlConnectionStringBuilder(connection).Database;
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.AdminConnectionString) { Database = database }.ConnectionString);
        await using var command = source.CreateCommand($"CREATE ROLE sibling LOGIN PASSWORD '{password}'; GRANT SELECT ON OrleansQuery, cluster_member TO sibling");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(connection) { Username = "sibling", Password = password }.ConnectionString;
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)] private static partial Regex Code();

    [GeneratedRegex(@"submitted\s+(?<id>\S+)")] private static partial Regex TaskId();
}
