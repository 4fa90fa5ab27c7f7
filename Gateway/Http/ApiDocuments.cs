using System.Collections.Concurrent;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace NexusActors.Http;

/// <summary>The OpenAPI document of each service, and the page to read and try it.</summary>
internal static class ApiDocuments
{
    private const string Path = "/openapi/v1.json";
    private const string About = """
        Every refusal is `application/problem+json` with `code`, `detail` and, where input is at fault, `field`; `error` repeats `detail`.
        One kind is not: a request that is no valid HTTP, such as a path with `%00`, ends before it reaches the service, with a bare 400 and a closed connection.
        Web pages of other origins get 403 when they try to change something, and so does every request under a host name that is not of this machine, unless the settings allow them.
        """;

    /// <summary>Adds a document for each service.</summary>
    public static void AddApiDocuments(this IServiceCollection services)
    {
        foreach (var api in ServedApi.All(new GatewayOptions()))
        {
            services.AddOpenApi(api.Name, document =>
            {
                document.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                document.AddDocumentTransformer((content, _, _) =>
                {
                    content.Info = new OpenApiInfo { Title = api.Title, Version = "v1", Description = About };
                    content.Servers = [];
                    return Task.CompletedTask;
                });
                document.AddSchemaTransformer<WireSchemas>();
                document.AddOperationTransformer<ReadContracts>();
            });
        }
    }

    /// <summary>Maps the document of one service on its port.</summary>
    public static void MapApiDocument(this IEndpointRouteBuilder routes, ServedApi api) =>
        routes.MapGet(Path, (HttpContext http) => WriteAsync(http, api.Name)).OnPort(api.Port).ExcludeFromDescription();

    /// <summary>Maps the interactive reference on every port. Its script is served from here; nothing is fetched from elsewhere, and the page's policy forbids it.</summary>
    public static void MapApiReference(this IEndpointRouteBuilder routes) =>
        routes.MapScalarApiReference("/docs", (page, http) =>
        {
            http.Response.Headers.ContentSecurityPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";
            page.ShowDeveloperTools = DeveloperToolsVisibility.Never;                  // they lead to services elsewhere
            page.HideClientButton = true;
            page.Servers = [new ScalarServer($"{http.Request.Scheme}://{http.Request.Host}")];
            page.WithOpenApiRoutePattern(Path).DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp();
        }).ExcludeFromDescription();

    /// <summary>The document's text; it is made once.</summary>
    public static async Task<string> TextAsync(IServiceProvider services, string name, CancellationToken cancellation)
    {
        var provider = services.GetRequiredKeyedService<IOpenApiDocumentProvider>(name);
        var document = await provider.GetOpenApiDocumentAsync(cancellation);
        return await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellation) + "\n";
    }

    private static async Task WriteAsync(HttpContext http, string name)
    {
        var made = http.RequestServices.GetRequiredService<ApiDocumentTexts>();
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.WriteAsync(await made.GetAsync(name), http.RequestAborted);
    }
}

/// <summary>The texts of the documents, made at the first request for each.</summary>
internal sealed class ApiDocumentTexts(IServiceProvider services)
{
    private readonly ConcurrentDictionary<string, Task<string>> _texts = new();

    public Task<string> GetAsync(string name) => _texts.GetOrAdd(name, key => ApiDocuments.TextAsync(services, key, CancellationToken.None));
}
