using System.Collections.Frozen;
using System.Text.Json;

namespace NexusActors.Samples.Agent;

/// <summary>Does the work of one lease and reports how it ended.</summary>
/// <param name="client">The coordinator.</param>
/// <param name="agentId">The agent.</param>
/// <param name="kinds">What it can do.</param>
/// <param name="journal">The agent's own record.</param>
/// <param name="say">Takes lines for people.</param>
internal sealed class WorkRunner(CoordinatorClient client, string agentId, IEnumerable<IWork> kinds, Journal journal, Action<string> say)
{
    private readonly FrozenDictionary<string, IWork> _kinds = kinds.ToFrozenDictionary(kind => kind.Kind, StringComparer.Ordinal);

    /// <summary>From lease to the answer of the report. Of a lost lease nothing is reported.</summary>
    public async Task RunAsync(HeldWork held)
    {
        var lease = held.Lease;
        say($"{lease.TaskId}: starts ({lease.Task.Description}), attempt {lease.Attempt}");
        var report = await WorkAsync(held);
        if (held.Reason == StopReason.Lost || report is null)
        {
            journal.Write(new JournalLine { Event = JournalEvents.Lost, Task = lease.TaskId, Attempt = lease.Attempt, Token = lease.LeaseToken });
            say($"{lease.TaskId}: lease lost, result thrown away");
            return;
        }
        await ReportAsync([report], CancellationToken.None, lease.Attempt);
    }

    /// <summary>Reports, repeated until the coordinator answers, and notes what was sent and what came back.</summary>
    public async Task ReportAsync(IReadOnlyList<Report> reports, CancellationToken cancellation, int? attempt = null)
    {
        journal.Write([.. reports.Select(report => new JournalLine { Event = JournalEvents.Sent, Task = report.TaskId, Attempt = attempt, Token = report.LeaseToken, Outcome = report.Outcome })]);
        var answer = await client.ReportAsync(agentId, reports, cancellation);
        journal.Write([.. answer.Results.Zip(reports, (result, report) => new JournalLine
        {
            Event = result.Error is null ? JournalEvents.Accepted : JournalEvents.Refused,
            Task = report.TaskId,
            Attempt = attempt,
            Token = report.LeaseToken,
            Outcome = report.Outcome,
            Detail = result.Error is null ? result.Status : result.Code ?? result.Error,
        })]);
        foreach (var (result, report) in answer.Results.Zip(reports))
        {
            say(result.Error is null
                ? $"{report.TaskId}: {report.Outcome} → {result.Status}{(report.ErrorMessage is { } why ? $" ({why})" : "")}"
                : $"{report.TaskId}: {report.Outcome} refused: {result.Error}");
        }
    }

    private async Task<Report?> WorkAsync(HeldWork held)
    {
        var lease = held.Lease;
        var report = new Report { TaskId = lease.TaskId, LeaseToken = lease.LeaseToken, Outcome = "fail" };
        try
        {
            var (kind, order) = OrderOf(held);
            var result = await kind.RunAsync(order, held.Stopping);
            return report with { Outcome = "complete", Result = JsonDocument.Parse(result.ToJsonString()).RootElement };
        }
        catch (WorkFailure failure)
        {
            return report with { ErrorCode = failure.Code, ErrorMessage = failure.Message, Retryable = failure.Retryable };
        }
        catch (OperationCanceledException) when (held.Stopping.IsCancellationRequested)
        {
            return held.Reason switch
            {
                StopReason.Cancelled => report with { Outcome = "return", ErrorMessage = "stopped on request" },
                StopReason.Shutdown => report with { Outcome = "return", ErrorMessage = "the agent stops" },
                _ => null,
            };
        }
        catch (Exception fault)
        {
            return report with { ErrorCode = "agent_fault", ErrorMessage = $"{fault.GetType().Name}: {fault.Message}" };
        }
    }

    private (IWork Kind, WorkOrder Order) OrderOf(HeldWork held)
    {
        var requirements = held.Lease.Task.Requirements;
        if (requirements.ValueKind != JsonValueKind.Object || !requirements.TryGetProperty("work", out var work) || work.ValueKind != JsonValueKind.Object
            || !work.TryGetProperty("kind", out var kind) || kind.ValueKind != JsonValueKind.String)
        {
            throw new WorkFailure("bad_order", "requirements.work.kind must say what to do", retryable: false);
        }
        return _kinds.TryGetValue(kind.GetString()!, out var found)
            ? (found, new WorkOrder(held.Lease.TaskId, work, held.Lease.Parents, held.Progress))
            : throw new WorkFailure("unknown_work", $"this agent cannot do \"{kind.GetString()}\"; it can do {string.Join(", ", _kinds.Keys.Order(StringComparer.Ordinal))}", retryable: false);
    }
}
