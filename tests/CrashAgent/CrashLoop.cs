using System.Diagnostics;
using NexusActors.Samples.Agent;

namespace NexusActors.CrashAgent;

/// <summary>
/// An agent whose work takes no time and which fails in every way that an agent can: it dies with leases in hand, while a report is on its way,
/// or before it noted a grant; falls silent until its leases are over and reports all the same; forgets part of what it holds; reports twice;
/// comes back and goes on with, gives back, or ignores what it held before. Everything that it knows goes into its journal first.
/// </summary>
internal sealed class CrashLoop(CoordinatorClient client, CrashSettings settings, Journal journal, Random chance)
{
    private const double RepeatChance = 0.05;
    private const double ForgetChance = 0.05;
    private static readonly TimeSpan PollWait = TimeSpan.FromSeconds(1);
    private readonly HeldLeases _held = new();

    public async Task RunAsync(CancellationToken stop)
    {
        journal.Write(new JournalLine { Event = JournalEvents.Started });
        var beating = BeatAsync(stop);
        try
        {
            await EnterAsync(stop);
            while (true)
            {
                await TakeBatchAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            journal.Write(new JournalLine { Event = JournalEvents.Stopped });
        }
        await beating;
    }

    private async Task EnterAsync(CancellationToken stop)
    {
        if (await client.FindAsync(settings.Id, stop) is null)
        {
            await client.RegisterAsync(settings.Registration, stop);
            return;
        }
        var held = (await client.HeartbeatAsync(settings.Id, [], stop)).Held;
        if (held.Count > 0)
        {
            CrashPerhaps();   // back, and dead again
        }
        switch (chance.Next(3))
        {
            case 0 when held.Count > 0:
                Note(JournalEvents.Leased, held);
                await ReportAsync(held, ReportOf, stop);
                break;
            case 1 when held.Count > 0:
                Note(JournalEvents.Leased, held);
                await ReportAsync(held, lease => new Report { TaskId = lease.TaskId, LeaseToken = lease.LeaseToken, Outcome = "return", ErrorMessage = "restarted" }, stop);
                break;
            default:
                break;   // they run out
        }
    }

    private async Task TakeBatchAsync(CancellationToken stop)
    {
        var answer = await client.LeaseAsync(settings.Id, chance.Next(1, settings.Batch + 1), PollWait, stop);
        var leases = answer.Leases.Select(lease => new HeldLease { TaskId = lease.TaskId, Attempt = lease.Attempt, LeaseToken = lease.LeaseToken, ExpiresAt = lease.ExpiresAt }).ToList();
        if (leases.Count == 0)
        {
            return;
        }
        CrashPerhaps();   // granted, and nobody knows
        Note(JournalEvents.Leased, leases);
        _held.Add(leases);
        CrashPerhaps();   // known, and nothing done
        if (chance.NextDouble() < settings.HangChance)
        {
            _held.Silent = true;
            await Task.Delay(settings.LeaseTime * 1.5, stop);
            _held.Silent = false;
        }
        var kept = leases.Where(_ => chance.NextDouble() >= ForgetChance).ToList();
        _held.Remove(leases.Except(kept).Select(lease => lease.LeaseToken));
        while (kept.Count > 0)
        {
            var part = kept.Take(chance.Next(1, kept.Count + 1)).ToList();
            kept.RemoveRange(0, part.Count);
            await ReportAsync(part, ReportOf, stop);
            CrashPerhaps();   // answered
        }
    }

    private Report ReportOf(HeldLease lease)
    {
        var plan = TaskPlan.Of(lease.TaskId);
        var report = new Report { TaskId = lease.TaskId, LeaseToken = lease.LeaseToken, Outcome = "complete", Result = Result };
        return plan.Poison ? report with { Outcome = "fail", Result = null, ErrorCode = "poison", ErrorMessage = "by plan", Retryable = false }
            : lease.Attempt <= plan.Failures ? report with { Outcome = "fail", Result = null, ErrorCode = "planned", ErrorMessage = "by plan" }
            : report;
    }

    private static readonly System.Text.Json.JsonElement Result = System.Text.Json.JsonElement.Parse("""{"ok":true}""");

    private async Task ReportAsync(IReadOnlyList<HeldLease> leases, Func<HeldLease, Report> reportOf, CancellationToken stop)
    {
        var reports = leases.Select(reportOf).ToList();
        for (var again = true; again; again = chance.NextDouble() < RepeatChance)
        {
            journal.Write([.. leases.Zip(reports, (lease, report) => Line(JournalEvents.Sent, lease, report.Outcome))]);
            var sending = client.ReportAsync(settings.Id, reports, stop);
            CrashPerhaps();   // on its way
            var answer = await sending;
            journal.Write([.. answer.Results.Select((result, i) => result.Error is null
                ? Line(JournalEvents.Accepted, leases[i], reports[i].Outcome, result.Status)
                : Line(JournalEvents.Refused, leases[i], reports[i].Outcome, result.Code ?? result.Error))]);
        }
        _held.Remove(leases.Select(lease => lease.LeaseToken));
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(settings.LeaseTime / 3, stop);
                var held = _held.All();
                if (held.Count == 0 || _held.Silent)
                {
                    continue;
                }
                var answer = await client.HeartbeatAsync(settings.Id, held, stop);
                var named = held.Select(lease => lease.LeaseToken).ToHashSet(StringComparer.Ordinal);
                Note(JournalEvents.Renewed, answer.Held.Where(lease => named.Contains(lease.LeaseToken)));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // stopped
        }
    }

    private void Note(string happened, IEnumerable<HeldLease> leases) => journal.Write([.. leases.Select(lease => Line(happened, lease))]);

    private static JournalLine Line(string happened, HeldLease lease, string? outcome = null, string? detail = null) =>
        new()
        {
            Event = happened,
            Task = lease.TaskId,
            Attempt = lease.Attempt,
            Token = lease.LeaseToken,
            GoodForNs = happened is JournalEvents.Leased or JournalEvents.Renewed ? (lease.ExpiresAt - DateTimeOffset.UtcNow).Ticks * TimeSpan.NanosecondsPerTick : null,
            Outcome = outcome,
            Detail = detail,
        };

    /// <summary>Dies as kill -9 would: no handler runs, nothing is flushed.</summary>
    private void CrashPerhaps()
    {
        if (chance.NextDouble() < settings.CrashChance)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            Thread.Sleep(Timeout.Infinite);   // the signal is on its way; do nothing more
        }
    }
}
