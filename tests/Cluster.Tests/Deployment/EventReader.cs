using System.Globalization;

namespace NexusActors.Deployment;

/// <summary>Reads the event stream of a gateway from a position on.</summary>
internal sealed class EventReader(Uri coordination) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http = new() { BaseAddress = coordination };

    public void Dispose() => _http.Dispose();

    /// <summary>Reads until an event holds.</summary>
    /// <param name="after">Goes as Last-Event-ID.</param>
    /// <param name="isLast">Told the id (0 for none) and type of each event.</param>
    /// <returns>Id and type of all, up to that one.</returns>
    public async Task<List<(long Id, string Type)>> ReadAsync(long after, Func<(long Id, string Type), bool> isLast)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("events", UriKind.Relative));
        request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
        var (read, id) = (new List<(long, string)>(), 0L);
        while (true)
        {
            var line = await lines.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("The stream has ended.");
            if (line.StartsWith("id: ", StringComparison.Ordinal)) { id = long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture); }
            if (!line.StartsWith("event: ", StringComparison.Ordinal)) { continue; }
            read.Add((id, line[7..]));
            if (isLast(read[^1])) { return read; }
            id = 0;
        }
    }
}
