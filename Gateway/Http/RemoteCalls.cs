using System.Collections.Immutable;
using NexusActors.Clustering;

namespace NexusActors.Http;

/// <summary>
/// How handlers call grains: inside a silo's process as they are; from a process of its own, with what makes a repeat after a lost silo harmless and keeps a lost call from being waited for.
/// </summary>
internal sealed record RemoteCalls
{
    private static readonly TimeSpan PerItem = TimeSpan.FromMilliseconds(1);

    /// <summary>Whether calls cross the network.</summary>
    public bool Remote { get; init; }

    /// <summary>Items in one call at most, so that each is answered within the time of a call.</summary>
    public int ItemsMax { get; init; } = int.MaxValue;

    /// <summary>Longest wait in one call; a longer one is asked for in slices, so that a silo that dies holds up its caller for no longer than one.</summary>
    public TimeSpan SliceMax { get; init; } = TimeSpan.MaxValue;

    /// <summary>How long after the wait that it asked for a call counts as lost.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.MaxValue;

    /// <summary>How long to wait for a call that itself waits this long.</summary>
    public TimeSpan LimitOf(TimeSpan wait) => Remote ? wait + Grace : TimeSpan.MaxValue;

    /// <summary>Calls over the network.</summary>
    public static RemoteCalls OverNetwork { get; } = new() { Remote = true, ItemsMax = 1_000, SliceMax = TimeSpan.FromSeconds(5), Grace = TimeSpan.FromSeconds(2) };

    /// <summary>Sends many items in as few calls as may be, one after another, and puts the answers together. A failure ends it: what was sent before it may have had its effect.</summary>
    public async Task<ImmutableArray<TReply>> InPortionsAsync<TItem, TReply>(IReadOnlyList<TItem> items, Func<ImmutableArray<TItem>, Task<ImmutableArray<TReply>>> send)
    {
        if (items.Count == 0) { return []; }
        if (items.Count <= ItemsMax) { return await send([.. items]); }
        var replies = ImmutableArray.CreateBuilder<TReply>(items.Count);
        foreach (var portion in items.Chunk(ItemsMax)) { replies.AddRange(await send([.. portion])); }
        return replies.MoveToImmutable();
    }

    /// <summary>
    /// Makes a call over the network whose time depends on its size, and makes it again when it is not answered in that time: for calls whose repeat has the effect of one. The first answer counts, whichever
    /// call it comes from: what is slow, as over a slow link, is not asked for again and again in vain. As often, and as long, as <see cref="CallRepetition"/>.
    /// </summary>
    public async Task<T> WithinAsync<T>(Func<Task<T>> call, int items, TimeProvider time)
    {
        if (!Remote) { return await call(); }
        var started = time.GetTimestamp();
        var asked = new List<Task<T>>();
        for (var tries = 1; ; tries++)
        {
            asked.Add(call());
            asked[^1].Ignore();
            try { return await await Task.WhenAny(asked).WaitAsync(LimitOf(items * PerItem), time); }
            catch (TimeoutException) when (tries < CallRepetition.TriesMax && time.GetElapsedTime(started) < CallRepetition.Budget) { asked.RemoveAll(one => one.IsCompleted); }
        }
    }

    /// <summary>The id under which the effect of a request is stored, so that a repeated call finds it: the caller's own, or, where calls may be repeated, one that nobody else has.</summary>
    public string? OperationId(string? idempotencyKey) => idempotencyKey ?? (Remote ? $"request:{Guid.NewGuid():N}" : null);
}
