using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using NexusActors.Crash;

namespace NexusActors.Chaos.Load;

/// <summary>Submits tasks into one queue, one request after another, each under its own Idempotency-Key and repeated until it is answered.</summary>
internal sealed class Submitter(string queue, Caller caller, TaskBook book, Notebook notebook, Random chance, string keys)
{
    private const double BatchChance = 0.08, AgainChance = 0.03;
    private const int BatchLeast = 10, BatchMost = 60, PauseMsMost = 200;
    private const string Unavailable = "unavailable";
    private int _requests;

    /// <param name="crowded">Whether there is so much to do already that batches wait.</param>
    /// <param name="stop">No further request.</param>
    /// <param name="abort">Gives up the request under way.</param>
    public async Task RunAsync(Func<bool> crowded, CancellationToken stop, CancellationToken abort)
    {
        while (!stop.IsCancellationRequested)
        {
            var batch = chance.NextDouble() < BatchChance && !crowded();
            var tasks = book.Make(queue, batch ? chance.Next(BatchLeast, BatchMost) : 1, chance);
            await SubmitAsync(tasks, batch, abort);
            await Task.Delay(chance.Next(PauseMsMost), CancellationToken.None);
        }
    }

    private async Task SubmitAsync(ImmutableArray<SubmittedTask> tasks, bool batch, CancellationToken abort)
    {
        var key = $"{keys}-{_requests++}";
        var (path, body) = batch ? ("tasks/batch", new JsonArray([.. tasks.Select(TaskBook.Body)]).ToJsonString()) : ("tasks", TaskBook.Body(tasks[0]).ToJsonString());
        var again = chance.NextDouble() < AgainChance;
        var expected = tasks.Select(task => task.Id).ToArray();
        for (var times = again ? 2 : 1; times > 0; times--)
        {
            var answer = await caller.SendAsync(HttpMethod.Post, path, body, key, abort);
            // Storage failed between two waves of a batch: the items that are not on disk are refused, and a repeat under the same key takes them.
            for (; batch && answer.IsSuccess && Refusals(answer).ToList() is { Count: > 0 } refused && refused.TrueForAll(code => code == Unavailable); answer = await caller.SendAsync(HttpMethod.Post, path, body, key, abort))
            {
                notebook.Odd($"a batch from {tasks[0].Id} was taken in part, and repeated");
                await Task.Delay(chance.Next(PauseMsMost), abort);
            }
            if ((batch && answer.IsSuccess && Refusals(answer).Any()) || !answer.IsSuccess || !Ids(answer, batch).SequenceEqual(expected, StringComparer.Ordinal))
            {
                notebook.Violated(Invariants.Idempotent, tasks[0].Id, $"submit of {tasks.Length} under {key} was answered with {(int)answer.Status} {Short(answer.Text)}");
                return;
            }
        }
        book.Acknowledge(tasks);
    }

    private static IEnumerable<string?> Refusals(Answer answer) => answer.Json.GetProperty("results").EnumerateArray()
        .Where(result => result.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
        .Select(result => result.TryGetProperty("code", out var code) ? code.GetString() : null);

    private static IEnumerable<string?> Ids(Answer answer, bool batch) => batch
        ? answer.Json.GetProperty("results").EnumerateArray().Select(result => result.TryGetProperty("task_id", out var id) ? id.GetString() : null)
        : [answer.Json.GetProperty("task_id").GetString()];

    private static string Short(string text) => text.Length > 300 ? text[..300] : text;
}
