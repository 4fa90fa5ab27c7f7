namespace NexusActors.Learning;

/// <summary>
/// Runs what computes for long on threads of its own, so that neither grains nor requests wait for it: as many at once as half of the processors for callers who wait (plans, patterns, large decisions), and as many
/// behind them for what nobody waits for (training, rules), so that neither holds up the other. A grain awaits the answer; others reach it meanwhile only through methods that may interleave.
/// </summary>
internal sealed class LearningCompute : IDisposable
{
    private readonly SemaphoreSlim _asked = new(Places), _behind = new(Places);

    private static int Places => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Runs it for a caller who waits, when there is a place. Cancellation gives up waiting, and is handed to the work, which has to look at it.</summary>
    public Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellation) => RunAsync(_asked, work, cancellation);

    /// <summary>Runs what nobody waits for, when there is a place for such work.</summary>
    public Task<T> RunBehindAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellation) => RunAsync(_behind, work, cancellation);

    public void Dispose()
    {
        _asked.Dispose();
        _behind.Dispose();
    }

    private static async Task<T> RunAsync<T>(SemaphoreSlim places, Func<CancellationToken, T> work, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            return await Task.Factory.StartNew(() => work(cancellation), cancellation, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
        finally
        {
            places.Release();
        }
    }
}
