using System.Net;
using NexusActors.Crash;

namespace NexusActors.Chaos.Load;

/// <summary>Reads tasks that were acknowledged: each must be there, and what has ended stays as it ended.</summary>
internal sealed class Reader(Caller caller, TaskBook book, Notebook notebook, Random chance)
{
    private const int PauseMsMost = 150;
    private const double AgainChance = 0.3;
    private readonly Dictionary<string, string> _ended = new(StringComparer.Ordinal);
    private readonly List<string> _seen = [];

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await ReadAsync(stop);
                await Task.Delay(chance.Next(PauseMsMost), stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Enough is read.
        }
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        var id = _seen.Count > 0 && chance.NextDouble() < AgainChance ? _seen[chance.Next(_seen.Count)] : book.Any(chance)?.Id;
        if (id is null) { return; }
        var answer = await caller.GetAsync($"tasks/{id}", stop);
        if (answer.Status != HttpStatusCode.OK)
        {
            notebook.Violated(Rules.NoneLost, id, $"acknowledged, and a read is answered with {(int)answer.Status} {answer.Text}");
            return;
        }
        var status = answer.Json.GetProperty("status").GetString()!;
        if (_ended.TryGetValue(id, out var before))
        {
            if (status != before) { notebook.Violated(Invariants.EndStays, id, $"was read as {before} and later as {status}"); }
        }
        else if (status is "completed" or "failed" or "cancelled")
        {
            _ended.Add(id, status);
            _seen.Add(id);
        }
    }
}
