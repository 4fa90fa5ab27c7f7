using System.Collections.Frozen;
using System.Net;
using Microsoft.Extensions.Options;
using NexusActors.Http;

namespace NexusActors.Security;

/// <summary>
/// Keeps web pages of others away from a service that takes this machine's word for who is calling: a name that an attacker lets point to loopback (DNS rebinding) is not
/// served, and a page of another origin can change nothing. Programs send none of the headers that are looked at and are unaffected.
/// </summary>
internal sealed class BrowserGuard(IOptions<GatewayOptions> options)
{
    private const int EchoMax = 100;
    private readonly HostNames _hosts = new(options.Value);
    private readonly FrozenSet<string> _origins = Origins.Parse(options.Value.AllowedOrigins).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a request is refused; null where it is not.</summary>
    public string? Refusal(HttpRequest request)
    {
        var host = request.Headers.Host;
        if (host is [{ Length: > 0 } name] && !_hosts.Holds(name))
        {
            return $"this service is not reached under the name '{Cut(name)}'; use localhost, or add the name to {GatewayOptions.Section}:{nameof(GatewayOptions.AllowedHosts)}";
        }
        return ChangesNothing(request.Method) || IsOwn(request, host.ToString()) ? null
            : $"a web page of another origin ({Cut(request.Headers.Origin.ToString())}) must not change anything here; allow it with {GatewayOptions.Section}:{nameof(GatewayOptions.AllowedOrigins)}";
    }

    private static bool ChangesNothing(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    // Browsers of today say where a request comes from; those before 2023 give at least an origin with every request that is not GET or HEAD.
    private bool IsOwn(HttpRequest request, string host)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && _origins.Contains(origin)) { return true; }
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0) { return site is "same-origin" or "none"; }
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Scheme == request.Scheme && string.Equals(from.Authority, WithoutDefaultPort(host, from), StringComparison.OrdinalIgnoreCase));
    }

    private static string WithoutDefaultPort(string host, Uri from) => from.IsDefaultPort && host.EndsWith($":{from.Port}", StringComparison.Ordinal) ? host[..host.LastIndexOf(':')] : host;

    private static string Cut(string text) => text.Length == 0 ? "not named" : text.Length <= EchoMax ? text : text[..EchoMax] + "…";
}

/// <summary>Names under which the service may be reached.</summary>
internal sealed class HostNames
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];
    private readonly bool _any;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _names;

    /// <summary>Loopback, the address that is listened on, and what the settings add.</summary>
    public HostNames(GatewayOptions options)
    {
        var named = Parse(options.AllowedHosts).ToArray();
        _any = named.Contains("*");
        var bound = IPAddress.Parse(options.BindAddress);
        string[] all = [.. Loopback, bound.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{bound}]" : $"{bound}", .. named];
        _names = all.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The names of a setting, separated by commas.</summary>
    public static IEnumerable<string> Parse(string names) => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether a name can stand in the setting: a host without scheme, port and path, or *.</summary>
    public static bool IsName(string name) => name == "*" || (Uri.CheckHostName(name.Trim('[', ']')) != UriHostNameType.Unknown && name.Contains(':', StringComparison.Ordinal) == name.StartsWith('['));

    /// <summary>Whether a Host header names one of them; its port does not matter.</summary>
    public bool Holds(string header)
    {
        if (_any) { return true; }
        var host = header.AsSpan();
        var port = host.LastIndexOf(':');
        if (port > host.LastIndexOf(']')) { host = host[..port]; }
        return _names.Contains(host);
    }
}

/// <summary>Origins of web pages: scheme, host and port.</summary>
internal static class Origins
{
    /// <summary>The origins of a setting, separated by commas.</summary>
    public static IEnumerable<string> Parse(string origins) => HostNames.Parse(origins);

    /// <summary>Whether it is written as browsers write it: <c>http://localhost:3000</c>.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0
        && string.Equals(text, uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase) && uri.UserInfo.Length == 0;
}

/// <summary>Puts the guard before everything else, and answers the pages of origins that are allowed.</summary>
internal static class BrowserSafety
{
    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromMinutes(10);

    /// <summary>Adds what <see cref="UseBrowserSafety"/> needs.</summary>
    public static void AddBrowserSafety(this IServiceCollection services)
    {
        services.AddSingleton<BrowserGuard>();
        services.AddCors();
    }

    /// <summary>Refuses what browsers must not do (403); without allowed origins no CORS header is ever sent.</summary>
    public static void UseBrowserSafety(this WebApplication app, GatewayOptions settings)
    {
        var guard = app.Services.GetRequiredService<BrowserGuard>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use(next => http => guard.Refusal(http.Request) is { } why
            ? ProblemWriter.WriteAsync(http, Problem.Of(StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, why, time.GetUtcNow()))
            : next(http));
        string[] origins = [.. Origins.Parse(settings.AllowedOrigins)];
        if (origins.Length == 0) { return; }
        app.UseCors(policy => policy.WithOrigins(origins).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders("Retry-After").SetPreflightMaxAge(PreflightMaxAge));
    }
}
