using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using NexusActors.Errors;

namespace NexusActors.Http;

public sealed class RemoteCallsTests
{
    private static readonly RemoteCalls Inside = new();

    [Fact]
    public void OperationId_InsideTheSilo_IsTheCallersOrNone()
    {
        Assert.Null(Inside.OperationId(null));
        Assert.Equal("mine", Inside.OperationId("mine"));
        Assert.Equal("mine", RemoteCalls.OverNetwork.OperationId("mine"));
    }

    [Fact]
    public void OperationId_OverTheNetwork_IsNeverTheSame() => Assert.NotEqual(RemoteCalls.OverNetwork.OperationId(null), RemoteCalls.OverNetwork.OperationId(null));

    [Theory, InlineData(0, new int[0]), InlineData(1000, new[] { 1000 }), InlineData(2500, new[] { 1000, 1000, 500 })]
    public async Task InPortions_OverTheNetwork_SendsAtMostAThousandInOrder(int items, int[] portions)
    {
        var sent = new List<int>();
        var replies = await RemoteCalls.OverNetwork.InPortionsAsync([.. Enumerable.Range(0, items)], portion =>
        {
            sent.Add(portion.Length);
            return Task.FromResult(portion);
        });
        Assert.Equal(portions, sent);
        Assert.Equal(Enumerable.Range(0, items), replies);
    }

    [Theory, InlineData(0, 1), InlineData(2, 3), InlineData(3, 3)]
    public async Task Within_CallsAreLost_MakesThreeAtMost(int lost, int expected)
    {
        var time = new WatchedTime();
        var calls = 0;
        var running = RemoteCalls.OverNetwork.WithinAsync(() => ++calls <= lost ? new TaskCompletionSource<int>().Task : Task.FromResult(7), items: 100, time);
        while (!running.IsCompleted) { await time.PassAsync(TimeSpan.FromMilliseconds(2100)); }
        Assert.Equal(expected, calls);
        if (lost < 3) { Assert.Equal(7, await running); }
        else { await Assert.ThrowsAsync<TimeoutException>(() => running); }
    }

    [Fact]
    public async Task Within_FirstIsSlowAndSecondIsLost_AnswerOfTheFirstCounts()
    {
        var time = new WatchedTime();
        var asked = new List<TaskCompletionSource<int>>();
        var running = RemoteCalls.OverNetwork.WithinAsync(
            () =>
            {
                asked.Add(new());
                return asked[^1].Task;
            },
            items: 100,
            time);
        while (asked.Count < 2) { await time.PassAsync(TimeSpan.FromMilliseconds(2100)); }

        asked[0].SetResult(7);

        Assert.Equal(7, await running);
    }

    [Fact]
    public async Task Within_RefusalOrInsideTheSilo_IsNotRepeated()
    {
        await Assert.ThrowsAsync<NexusException>(() => RemoteCalls.OverNetwork.WithinAsync(() => Task.FromException<int>(new NexusException(NexusError.Invalid, "x")), 1, TimeProvider.System));
        await Assert.ThrowsAsync<TimeoutException>(() => Inside.WithinAsync(() => Task.FromException<int>(new TimeoutException()), 1, TimeProvider.System));
    }

    [Fact]
    public async Task InPortions_InsideTheSilo_IsOneCall()
    {
        var calls = 0;
        await Inside.InPortionsAsync([.. Enumerable.Range(0, 5000)], portion =>
        {
            calls++;
            return Task.FromResult<ImmutableArray<int>>(portion);
        });
        Assert.Equal(1, calls);
    }

    /// <summary>A clock that moves only when somebody has begun to wait by it: once for each wait.</summary>
    private sealed class WatchedTime : FakeTimeProvider
    {
        private int _made, _passed;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _made);
            return timer;
        }

        public async Task PassAsync(TimeSpan time)
        {
            if (Volatile.Read(ref _made) > _passed)
            {
                _passed++;
                Advance(time);
            }
            await Task.Yield();
        }
    }
}
