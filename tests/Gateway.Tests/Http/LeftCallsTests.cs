using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace NexusActors.Http;

/// <summary>A call that was left must not turn up as a task whose failure nobody looked at.</summary>
public sealed class LeftCallsTests
{
    private sealed class Late(string marker) : Exception(marker);

    [Theory, InlineData(true), InlineData(false)]
    public async Task OrLeave_CallFailsAfterItWasLeft_IsNoUnobservedFailure(bool byTime)
    {
        var unobserved = await UnobservedAsync(call => byTime ? call.OrLeaveAsync(TimeSpan.FromMilliseconds(1), TimeProvider.System) : call.OrLeaveAsync(new CancellationToken(canceled: true)), "left");
        Assert.DoesNotContain("left", unobserved);
    }

    [Fact]
    public async Task Wait_CallFailsAfterItWasLeft_IsAnUnobservedFailure() =>
        Assert.Contains("bare", await UnobservedAsync(call => call.WaitAsync(new CancellationToken(canceled: true)), "bare"));

    [Fact]
    public async Task OrLeave_CallEnds_GivesItsResultOrItsFailure()
    {
        Assert.Equal(7, await Task.FromResult(7).OrLeaveAsync(CancellationToken.None));
        await Assert.ThrowsAsync<Late>(() => Task.FromException<int>(new Late("told")).OrLeaveAsync(CancellationToken.None));
    }

    private static async Task<ICollection<string>> UnobservedAsync(Func<Task<int>, Task<int>> leave, string marker)
    {
        var seen = new ConcurrentQueue<string>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs failure)
        {
            foreach (var inner in failure.Exception.InnerExceptions.OfType<Late>()) { seen.Enqueue(inner.Message); }
        }
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await LeaveAndFailAsync(leave, marker);
            for (var i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            return [.. seen];
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }
    }

    // Nothing of it may be alive on the stack when the collector looks.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task LeaveAndFailAsync(Func<Task<int>, Task<int>> leave, string marker)
    {
        var call = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = await Record.ExceptionAsync(() => leave(call.Task));
        Assert.True(left is OperationCanceledException or TimeoutException, $"{left}");
        call.SetException(new Late(marker));
        await Task.Yield();
    }
}
