using System.Collections.Immutable;
using NexusActors.Chaos.Load;
using NexusActors.Chaos.Rig;
using NexusActors.Crash;
using NexusActors.Samples.Agent;

namespace NexusActors.Chaos.Results;

/// <summary>What the ledger, the lists over HTTP and the callers' own records say together.</summary>
internal sealed record Verdict
{
    public required ImmutableArray<Violation> Violations { get; init; }
    /// <summary>What was counted, by name.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    public static async Task<Verdict> ReachAsync(ClusterRig rig, Workforce workforce, Notebook notebook, int left, TimeSpan leaseTime)
    {
        var listed = await ListAsync(rig.Pool.Addresses[0]);
        await workforce.StopAsync();
        var (stored, events, experiences) = await LedgerTables.ReadAsync(rig.Database.ConnectionString);
        var (acknowledged, unanswered) = (workforce.Book.Acknowledged, workforce.Book.Unanswered);
        var ids = stored.Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        var record = new CrashRecord
        {
            // Of what was never answered nothing was promised; where it is there, it is a task like any other.
            Submitted = [.. acknowledged, .. unanswered.Where(task => ids.Contains(task.Id))],
            Tasks = stored,
            Events = events,
            Experiences = experiences,
            Journals = workforce.Journals(),
            LeaseTime = leaseTime,
        };
        int Events(string type) => record.Events.Count(happened => happened.Type == type);
        int Lines(string happened) => record.Journals.Sum(journal => journal.Lines.Count(line => line.Event == happened));
        var (leased, accepted) = (Lines(JournalEvents.Leased), Lines(JournalEvents.Accepted));
        return new()
        {
            Violations =
            [
                .. notebook.Violations,
                .. left > 0 ? [new Violation(Invariants.AllEnd, "tasks", $"{left} tasks have not ended")] : Array.Empty<Violation>(),
                .. CrashChecker.Check(record),
                .. ListsAgree(stored, listed),
            ],
            Counts = new Dictionary<string, long>
            {
                ["acknowledged operations"] = acknowledged.Length + leased + accepted,
                ["tasks acknowledged"] = acknowledged.Length,
                ["tasks never answered"] = unanswered.Length,
                ["leases noted by agents"] = leased,
                ["reports accepted"] = accepted,
                ["reports refused as stale"] = Lines(JournalEvents.Refused),
                ["late completions refused with the winner"] = workforce.LateRefused,
                ["tasks completed"] = Events(EventTypes.Completed),
                ["tasks failed"] = Events(EventTypes.Failed),
                ["tasks skipped"] = Events(EventTypes.Cancelled),
                ["leases in the ledger"] = Events(EventTypes.Assigned),
                ["leases lost"] = Events(EventTypes.LeaseLost),
                ["leases given back"] = Events(EventTypes.Returned),
                ["attempts failed and repeated"] = Events(EventTypes.AttemptFailed),
            },
        };
    }

    private static IEnumerable<Violation> ListsAgree(ImmutableArray<LedgerTask> stored, Dictionary<string, string> listed)
    {
        foreach (var task in stored)
        {
            if (!listed.Remove(task.Id, out var status)) { yield return new(Invariants.ListsAgree, task.Id, "in the ledger and not in the list"); }
            else if (status != task.Status) { yield return new(Invariants.ListsAgree, task.Id, $"listed as {status}, in the ledger {task.Status}"); }
        }
        foreach (var (id, status) in listed) { yield return new(Invariants.ListsAgree, id, $"listed as {status} and not in the ledger"); }
    }

    /// <summary>Every task as GET /tasks tells it, page by page, with its status.</summary>
    private static async Task<Dictionary<string, string>> ListAsync(Uri gateway)
    {
        using var http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(30) };
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            using var page = await http.GetAsync(new Uri($"tasks?limit=1000{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", UriKind.Relative));
            var json = new Answer(page.StatusCode, await page.Content.ReadAsStringAsync()).Json;
            foreach (var task in json.GetProperty("tasks").EnumerateObject()) { all.Add(task.Name, task.Value.GetProperty("status").GetString()!); }
            cursor = json.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return all;
    }
}
