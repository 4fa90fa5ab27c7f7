using System.Collections.Concurrent;
using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>
/// Finds the grains that do a queue's work, for all callers in a silo. What is known may be old: a queue that was divided meanwhile hands on what it gets, and a partition that is no more refuses,
/// so that the facts are read again and the call is made anew.
/// </summary>
internal sealed class QueueRoutes(ILedger ledger, IGrainFactory grains, TimeProvider time)
{
    private const int TriesMax = 3;
    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (QueueMap Map, DateTimeOffset Read)> _known = new(StringComparer.Ordinal);

    /// <summary>How a queue is divided.</summary>
    public async ValueTask<QueueMap> MapAsync(string queue, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue(queue, out var known) && now - known.Read < KnownFor) { return known.Map; }
        var settings = await ledger.FindQueueAsync(queue, cancellation);
        return settings is null ? new(grains, queue, settings) : Learn(queue, settings, now);
    }

    /// <summary>Takes in how a queue is divided now.</summary>
    public QueueMap Learn(string queue, QueueSettings settings) => Learn(queue, settings, time.GetUtcNow());

    private QueueMap Learn(string queue, QueueSettings settings, DateTimeOffset read) => _known.AddOrUpdate(
        queue,
        _ => (new(grains, queue, settings), read),
        (_, known) => known.Map.Epoch > settings.Split.Epoch ? known : (known.Map.Epoch == settings.Split.Epoch ? known.Map : new(grains, queue, settings), read)).Map;

    /// <summary>Whether a queue is divided, as far as is known here.</summary>
    public bool IsDivided(string queue) => _known.TryGetValue(queue, out var known) && known.Map.Partitions > 1;

    /// <summary>Makes a call to the grain that has a slot.</summary>
    public Task<T> ToAsync<T>(string queue, int slot, Func<IQueueGrain, Task<T>> call, CancellationToken cancellation) =>
        TryAsync(queue, map => call(map.At(slot)), cancellation);

    /// <summary>Makes a call to all grains of a queue. It may be made more than once.</summary>
    public Task<T[]> ToAllAsync<T>(string queue, Func<IQueueGrain, Task<T>> call, CancellationToken cancellation) =>
        TryAsync(queue, map => Task.WhenAll(map.Places.Select(call)), cancellation);

    /// <summary>Makes a call to each grain of a queue, told which of them it is. It may be made more than once.</summary>
    public Task<T[]> ToEachAsync<T>(string queue, Func<QueueMap, int, Task<T>> call, CancellationToken cancellation) =>
        TryAsync(queue, map => Task.WhenAll(Enumerable.Range(0, map.Places.Length).Select(place => call(map, place))), cancellation);

    /// <inheritdoc cref="ToAllAsync{T}(string, Func{IQueueGrain, Task{T}}, CancellationToken)"/>
    public Task ToAllAsync(string queue, Func<IQueueGrain, Task> call, CancellationToken cancellation) =>
        ToAllAsync(queue, async place => { await call(place); return true; }, cancellation);

    /// <summary>Tells the grain of a child that its parent has ended; all grains of the queue where the child's slot is not known: those that do not have the child pass over it.</summary>
    public Task ParentEndedAsync(ChildEdge child, string parentId, WorkStatus status, CancellationToken cancellation) => child.ChildSlot == QueueSlots.Unknown
        ? ToAllAsync(child.ChildQueue, place => place.ParentEndedAsync(child.ChildId, parentId, status, cancellation), cancellation)
        : TryAsync(child.ChildQueue, async map =>
        {
            await map.At(child.ChildSlot).ParentEndedAsync(child.ChildId, parentId, status, cancellation);
            return true;
        }, cancellation);

    /// <summary>Hands items to the grains that have their slots, those of one grain together; the answers come in the order of the items.</summary>
    public async Task<TReply[]> ScatterAsync<TItem, TReply>(
        string queue, IReadOnlyList<TItem> items, Func<TItem, int> slot, Func<IQueueGrain, ImmutableArray<TItem>, Task<ImmutableArray<TReply>>> call, CancellationToken cancellation)
    {
        var replies = new TReply[items.Count];
        List<int> left = [.. Enumerable.Range(0, items.Count)];
        await TryAsync(queue, async map =>
        {
            if (map.Partitions == 1 && left.Count == items.Count)
            {
                replies = [.. await call(map.Places[0], [.. items])];
                return true;
            }
            var groups = left.GroupBy(i => map.PlaceOf(slot(items[i]))).Select(group => (Place: map.Places[group.Key], Items: group.ToArray())).ToList();
            var calls = groups.Select(group => call(group.Place, [.. group.Items.Select(i => items[i])])).ToList();
            // Also where one fails: what the others answered is not asked for twice.
            await ((Task)Task.WhenAll(calls)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            for (var k = 0; k < calls.Count; k++)
            {
                if (!calls[k].IsCompletedSuccessfully) { continue; }
                var answers = await calls[k];
                for (var j = 0; j < answers.Length; j++) { replies[groups[k].Items[j]] = answers[j]; }
                left.RemoveAll(groups[k].Items.Contains);
            }
            await Task.WhenAll(calls);
            return true;
        }, cancellation);
        return replies;
    }

    /// <summary>
    /// Asks the grains of a queue in turn until the agent has what it wants. One that does not answer must not keep the agent from the others.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="bid">What the agent wants.</param>
    /// <param name="first">Which is asked first: a count that the caller moves on, or the place that called the agent.</param>
    /// <param name="cancellation">Gives up finding the grains.</param>
    public Task<ImmutableArray<LeasedTask>> LeaseAsync(string queue, AgentBid bid, int first, CancellationToken cancellation) => TryAsync(queue, async map =>
    {
        if (map.Partitions == 1) { return await map.Places[0].LeaseAsync(bid, CancellationToken.None); }
        var leased = ImmutableArray.CreateBuilder<LeasedTask>();
        Exception? fault = null;
        for (var i = 0; i < map.Partitions && bid.Max > 0; i++)
        {
            try
            {
                var given = await map.Places[(first + i) % map.Partitions].LeaseAsync(bid, CancellationToken.None);
                leased.AddRange(given);
                bid = Without(bid, given);
            }
            catch (Exception exception) when (QueueWriter.IsPassing(exception))
            {
                fault ??= exception;
                if (exception is NexusException { Error: NexusError.Moved }) { break; }
            }
        }
        if (fault is not null && leased.Count == 0) { System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault); }
        return leased.ToImmutable();
    }, cancellation);

    private static AgentBid Without(AgentBid bid, ImmutableArray<LeasedTask> given)
    {
        if (given.Length == 0) { return bid; }
        var resources = bid.FreeResources.ToBuilder();
        foreach (var (name, amount) in given.SelectMany(lease => lease.Task.Spec.Resources))
        {
            if (resources.TryGetValue(name, out var left)) { resources[name] = left - amount; }
        }
        return bid with { Max = bid.Max - given.Length, FreeUnits = bid.FreeUnits - given.Sum(lease => lease.Task.Spec.Units), FreeResources = resources.ToImmutable() };
    }

    private async Task<T> TryAsync<T>(string queue, Func<QueueMap, Task<T>> call, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try { return await call(await MapAsync(queue, cancellation)); }
            catch (NexusException moved) when (moved.Error == NexusError.Moved && tries < TriesMax) { _known.TryRemove(queue, out _); }
        }
    }
}
