namespace NexusActors.Http;

/// <summary>Calls that are left when their caller has gone, instead of being cancelled.</summary>
internal static class LeftCalls
{
    /// <summary>Waits until the call ends or the wait is cancelled. What becomes of a call that was left is nobody's concern, a failure too.</summary>
    public static Task<T> OrLeaveAsync<T>(this Task<T> call, CancellationToken cancellation)
    {
        call.Ignore();
        return call.WaitAsync(cancellation);
    }

    /// <summary>Waits until the call ends, the wait is cancelled, or the time is over (<see cref="TimeSpan.MaxValue"/>: never), which is a <see cref="TimeoutException"/>.</summary>
    public static Task<T> OrLeaveAsync<T>(this Task<T> call, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        call.Ignore();
        return call.WaitAsync(wait == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : wait, time, cancellation);
    }

    /// <summary>Waits until the call ends or the time is over, which is a <see cref="TimeoutException"/>.</summary>
    public static Task<T> OrLeaveAsync<T>(this Task<T> call, TimeSpan wait, TimeProvider time)
    {
        call.Ignore();
        return call.WaitAsync(wait, time);
    }
}
