using System.Net;

namespace NexusActors.Chaos.Load;

/// <summary>
/// How one caller reaches the cluster: by its gateway, and by the next one after a request that was not answered, as a load balancer would let it. Notes every request.
/// </summary>
internal sealed class Front(GatewayPool gateways, int home, KeyRecord record, Notebook notebook) : HttpMessageHandler
{
    /// <summary>Base address of requests; the gateway takes its place.</summary>
    public static readonly Uri Anywhere = new("http://cluster.test/");
    // The sockets are everybody's: they are not closed with one caller.
    private static readonly HttpMessageInvoker s_sockets = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1) });
    /// <summary>A gateway gives up after eight seconds and says so.</summary>
    private const double SlowSeconds = 10;
    private int _current = home;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var current = Volatile.Read(ref _current);
        var gateway = gateways.From(current);
        var address = gateways.Addresses[gateway];
        request.RequestUri = new UriBuilder(request.RequestUri!) { Host = address.Host, Port = address.Port }.Uri;
        var start = notebook.Time.Now;
        try
        {
            var answer = await s_sockets.SendAsync(request, cancellationToken);
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            var status = (int)answer.StatusCode;
            Note(start, status >= 500 || answer.StatusCode == HttpStatusCode.TooManyRequests ? $"{status}" : null, current, gateway);
            if (status == 500) { notebook.Odd($"{request.Method} {request.RequestUri.PathAndQuery}: 500 {await answer.Content.ReadAsStringAsync(cancellationToken)}"); }
            return answer;
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            Note(start, lost is HttpRequestException { HttpRequestError: var error } ? error.ToString() : "cut off", current, gateway);
            throw;
        }
        catch (OperationCanceledException)
        {
            Note(start, "no answer", current, gateway);
            var took = notebook.Time.Now - start;
            if (took > SlowSeconds) { notebook.Odd($"{request.Method} {request.RequestUri.PathAndQuery} of {record.Key}: gateway {gateway + 1} had not answered after {took:F1} s"); }
            throw;
        }
    }

    private void Note(double start, string? failure, int current, int gateway)
    {
        record.Add(new Attempt(start, notebook.Time.Now, failure));
        if (failure is not null) { Interlocked.CompareExchange(ref _current, gateway + 1, current); }
    }
}
