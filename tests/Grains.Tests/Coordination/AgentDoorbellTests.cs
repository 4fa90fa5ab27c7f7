namespace NexusActors.Coordination;

public sealed class AgentDoorbellTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private readonly AgentDoorbell _bell = new();

    [Fact]
    public void Ring_NobodyListens_SaysSo()
    {
        Assert.False(_bell.RingOne());
        using (_bell.Listen()) { Assert.True(_bell.RingOne()); }
        Assert.False(_bell.HasListeners);
    }

    [Fact]
    public async Task RingOne_SeveralWait_EndsTheFirstWaitOnly()
    {
        using var listens = _bell.Listen();
        var (first, second) = (WaitAsync(_bell.Missed), WaitAsync(_bell.Missed));

        _bell.RingOne();
        await first;
        Assert.False(second.IsCompleted);

        _bell.RingOne();
        await second;
        Assert.False(_bell.HasIdle);
    }

    [Fact]
    public async Task RingAll_SeveralWaitAndOneAsks_EndsAllOfThem()
    {
        using var listens = _bell.Listen();
        var asking = _bell.Missed;
        var (first, second) = (WaitAsync(_bell.Missed), WaitAsync(_bell.Missed));

        _bell.RingAll();

        await Task.WhenAll(first, second, WaitAsync(asking));
    }

    [Fact]
    public async Task RingOne_WhileTheOnlyListenerAsks_IsNotMissed()
    {
        using var listens = _bell.Listen();
        var asking = _bell.Missed;
        _bell.RingOne();
        await WaitAsync(asking);
        Assert.False(WaitAsync(_bell.Missed).IsCompleted);
    }

    [Fact]
    public async Task RingOne_ToACallThatGivesUp_GoesToTheNext()
    {
        using var listens = _bell.Listen();
        using var gone = new CancellationTokenSource();
        var first = _bell.WaitAsync(_bell.Missed, Long, TimeProvider.System, gone.Token);
        var second = WaitAsync(_bell.Missed);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _bell.RingOne();

        await second;
    }

    [Fact]
    public async Task Wait_NoRing_EndsAfterItsTime()
    {
        using var listens = _bell.Listen();
        await _bell.WaitAsync(_bell.Missed, TimeSpan.FromMilliseconds(1), TimeProvider.System, default);
        Assert.False(_bell.HasIdle);
    }

    private Task WaitAsync(long missed) => _bell.WaitAsync(missed, Long, TimeProvider.System, default);
}
