using System.Collections.Concurrent;
using System.Net;

namespace NexusActors.Samples.Agent;

/// <summary>
/// The life of an agent: registers, asks for work while it has room, shows signs of life while it works, reports, and leaves in order.
/// </summary>
/// <param name="client">The coordinator.</param>
/// <param name="settings">Who the agent is.</param>
/// <param name="runner">Does and reports the work.</param>
/// <param name="journal">The agent's own record.</param>
/// <param name="say">Takes lines for people.</param>
/// <param name="time">Clock.</param>
internal sealed class AgentLoop(CoordinatorClient client, AgentSettings settings, WorkRunner runner, Journal journal, Action<string> say, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan PollWait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BeatLongest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BeatShortest = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, HeldWork> _held = new();
    private readonly SemaphoreSlim _room = new(settings.Slots, settings.Slots);
    private volatile bool _draining;
    private TimeSpan _beat = TimeSpan.FromSeconds(1);

    /// <summary>Works until <paramref name="stop"/>; then finishes or gives back what it holds.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        journal.Write(new JournalLine { Event = JournalEvents.Started });
        using var left = new CancellationTokenSource();
        var beating = Task.CompletedTask;
        try
        {
            await EnterAsync(stop);
            beating = BeatAsync(left.Token);
            await AskForWorkAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // asked to stop: leave below
        }
        if (beating != Task.CompletedTask)
        {
            await LeaveAsync();
            await left.CancelAsync();
            await beating;
        }
        journal.Write(new JournalLine { Event = JournalEvents.Stopped });
    }

    /// <summary>Registers, or takes its registration up again. Leases of an earlier run are given back: their work is gone.</summary>
    private async Task EnterAsync(CancellationToken cancellation)
    {
        var known = await client.FindAsync(settings.Id, cancellation);
        if (known is not null && !settings.Matches(known))
        {
            say("registered with another profile; registering anew");
            await client.DeregisterAsync(settings.Id, cancellation);
            known = null;
        }
        if (known is null)
        {
            await client.RegisterAsync(settings.Registration, cancellation);
            say($"registered as {settings.Type} with {string.Join(", ", settings.Capabilities)}; {settings.Slots} slots");
            return;
        }
        await client.ResumeAsync(settings.Id, cancellation);
        say("took its registration up again");
        var answer = await client.HeartbeatAsync(settings.Id, [], cancellation);
        await GiveBackAsync(answer.Held, "the agent was restarted", cancellation);
    }

    private async Task AskForWorkAsync(CancellationToken stop)
    {
        while (true)
        {
            await _room.WaitAsync(stop);
            var slots = 1;
            while (_room.Wait(0, CancellationToken.None))
            {
                slots++;
            }
            var used = 0;
            try
            {
                if (_draining)
                {
                    await Task.Delay(_beat, time, stop);
                    continue;
                }
                var answer = await client.LeaseAsync(settings.Id, slots, PollWait, stop);
                used = answer.Leases.Count;
                NoteLeaseTime(answer.Leases.Select(lease => lease.ExpiresAt), answer.Timestamp);
                foreach (var lease in answer.Leases)
                {
                    Take(lease);
                }
            }
            catch (CoordinatorException refusal) when (refusal.Status == HttpStatusCode.NotFound)
            {
                await EnterAsync(stop);   // somebody removed the agent
            }
            finally
            {
                if (slots > used)
                {
                    _room.Release(slots - used);
                }
            }
        }
    }

    private void Take(Lease lease)
    {
        journal.Write(new JournalLine { Event = JournalEvents.Leased, Task = lease.TaskId, Attempt = lease.Attempt, Token = lease.LeaseToken });
        var work = new HeldWork(lease);
        _held[lease.LeaseToken] = work;
        work.Running = Task.Run(async () =>
        {
            try
            {
                await runner.RunAsync(work);
            }
            catch (Exception fault)
            {
                say($"{lease.TaskId}: {fault}");   // a fault of this program: the lease runs out and the task goes to somebody else
            }
            finally
            {
                _held.TryRemove(lease.LeaseToken, out _);
                work.Dispose();
                _room.Release();
            }
        });
    }

    private async Task BeatAsync(CancellationToken left)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_beat, time, left);
                try
                {
                    await BeatOnceAsync(left);
                }
                catch (CoordinatorException refusal)
                {
                    say($"heartbeat refused: {refusal.Message}");   // the lease call finds out and registers again
                }
            }
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            // the agent has left
        }
    }

    private async Task BeatOnceAsync(CancellationToken cancellation)
    {
        var named = _held.Values.ToList();
        var answer = await client.HeartbeatAsync(settings.Id, [.. named.Select(work => work.State())], cancellation);
        NoteLeaseTime(answer.Held.Select(lease => lease.ExpiresAt), answer.Timestamp);
        _draining = answer.Orders.Any(order => order.Kind == "drain");
        // By token, not by task: the agent may hold a second lease of a task whose first one it lost.
        var tokens = answer.LostLeases.Select(lease => lease.LeaseToken).ToHashSet(StringComparer.Ordinal);
        foreach (var lost in named.Where(work => tokens.Contains(work.Lease.LeaseToken)))
        {
            lost.Stop(StopReason.Lost);
        }
        foreach (var order in answer.Orders.Where(order => order is { Kind: "cancel", TaskId: not null }))
        {
            named.Find(work => work.Lease.TaskId == order.TaskId && !work.IsOver)?.Stop(StopReason.Cancelled);
        }
    }

    /// <summary>Heartbeats come three times per lease time, as the coordinator's own clock shows it.</summary>
    private void NoteLeaseTime(IEnumerable<DateTimeOffset> ends, DateTimeOffset now)
    {
        var longest = ends.Select(end => end - now).DefaultIfEmpty(TimeSpan.Zero).Max();
        if (longest > TimeSpan.Zero)
        {
            _beat = TimeSpan.FromTicks(Math.Clamp(longest.Ticks / 3, BeatShortest.Ticks, BeatLongest.Ticks));
        }
    }

    private async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(settings.DrainTime + TimeSpan.FromSeconds(10));
        try
        {
            await client.DrainAsync(settings.Id, limit.Token);
            var open = _held.Values.ToList();
            say($"stopping; {open.Count} tasks to finish");
            var finished = Task.WhenAll(open.Select(work => work.Running));
            if (await Task.WhenAny(finished, Task.Delay(settings.DrainTime, time, limit.Token)) != finished)
            {
                open.ForEach(work => work.Stop(StopReason.Shutdown));
                await finished.WaitAsync(limit.Token);
            }
            // A grant may have been on its way when the lease call was cut off.
            var answer = await client.HeartbeatAsync(settings.Id, [], limit.Token);
            await GiveBackAsync(answer.Held, "the agent stops", limit.Token);
            if (settings.Deregister)
            {
                await client.DeregisterAsync(settings.Id, limit.Token);
            }
            say(settings.Deregister ? "left and deregistered" : "left");
        }
        catch (Exception fault) when (fault is OperationCanceledException or CoordinatorException)
        {
            say($"left without an answer of the coordinator ({fault.Message}); open leases run out by themselves");
        }
    }

    public void Dispose() => _room.Dispose();

    private async Task GiveBackAsync(IReadOnlyList<HeldLease> leases, string reason, CancellationToken cancellation)
    {
        if (leases.Count == 0)
        {
            return;
        }
        say($"gives back {leases.Count} tasks: {reason}");
        await runner.ReportAsync([.. leases.Select(lease => new Report { TaskId = lease.TaskId, LeaseToken = lease.LeaseToken, Outcome = "return", ErrorMessage = reason })], cancellation);
    }
}
