using NexusActors.Hosting;
using NexusActors.Http;

namespace NexusActors.Contract;

/// <summary>The OpenAPI documents that are checked in are those that the service gives.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class ApiDocumentTests(EmbeddedFixture service)
{
    /// <summary>Set to 1 to write the files anew.</summary>
    private const string Switch = "TIDY_WRITE";

    [Theory, InlineData(0, ServedApi.Coordination), InlineData(1, ServedApi.Learning), InlineData(2, ServedApi.Optimization)]
    public async Task Document_CheckedIn_IsWhatTheServiceGives(int port, string name)
    {
        var text = (await service.All[port].GetAsync("/openapi/v1.json")).Text;
        var file = Path.Combine(Root(), "docs", "api", name + ".json");
        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text);
        }
        var (has, gives) = (File.Exists(file) ? (await File.ReadAllTextAsync(file)).Split('\n') : [], text.Split('\n'));
        var different = Enumerable.Range(0, Math.Max(has.Length, gives.Length)).FirstOrDefault(line => line >= has.Length || line >= gives.Length || has[line] != gives[line], -1);
        Assert.True(different < 0, $"docs/api/{name}.json is not what the service gives, from line {different + 1}: {gives.ElementAtOrDefault(different)}\nIf the change is meant: {Switch}=1 dotnet test tests/Gateway.Tests --filter ApiDocumentTests, and commit the file.");
    }

    [Fact]
    public async Task Document_EveryOperation_SaysWhatItIsAndHowItRefuses()
    {
        foreach (var http in service.All)
        {
            var document = (await http.GetAsync("/openapi/v1.json")).Ok();
            foreach (var operation in document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => (Name: $"{method.Name} {path.Name}", method.Value))))
            {
                Assert.True(operation.Value.TryGetProperty("operationId", out _) && operation.Value.TryGetProperty("summary", out _) && operation.Value.TryGetProperty("tags", out _), operation.Name);
                foreach (var response in operation.Value.GetProperty("responses").EnumerateObject().Where(response => int.Parse(response.Name, null) >= 400))
                {
                    Assert.Equal("#/components/schemas/Problem", response.Value.GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").Text("$ref"));
                }
            }
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "NexusActors.sln"))) { folder = folder.Parent ?? throw new DirectoryNotFoundException("NexusActors.sln"); }
        return folder.FullName;
    }
}
