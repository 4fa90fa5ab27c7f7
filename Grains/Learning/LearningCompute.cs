namespace NexusActors.Learning;

/// <summary>
/// Runs what computes for long on threads of its own, so that neither grains nor requests wait for it: as many at once as half of the processors for callers who wait (plans, patterns, large decisions), and as many
/// behind them for what nobody waits for (training, rules), so that neither holds up the other. A grain awaits the answer; others reach it meanwhile only through methods that may interleave.
/// </summary>
internal sealed class LearningCompute : IDisposable
{
    private const int RowsMin = 1_000, RowBytes = 8 * 1024;

    private readonly SemaphoreSlim _asked = new(Places), _behind = new(Places), _reading = new(1);

    private static int Places => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Runs it for a caller who waits, when there is a place. Cancellation gives up waiting, and is handed to the work, which has to look at it.</summary>
    public Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellation) => RunAsync(_asked, work, cancellation);

    /// <summary>Runs what nobody waits for, when there is a place for such work.</summary>
    public Task<T> RunBehindAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellation) => RunAsync(_behind, work, cancellation);

    /// <summary>The same for work on much that has to be read first: it is read when there is a place, where the caller runs, so that no more is in memory at once than is worked on.</summary>
    public async Task<T> RunBehindAsync<TRead, T>(Func<CancellationToken, Task<TRead>> read, Func<TRead, CancellationToken, T> work, CancellationToken cancellation)
    {
        await _behind.WaitAsync(cancellation);
        try
        {
            var much = await read(cancellation);
            return await OnThreadAsync(token => work(much, token), cancellation);
        }
        finally { _behind.Release(); }
    }

    /// <summary>Reads much and does with it what takes no long computing, where the caller runs; one at a time, so that many streams that begin together do not hold all of theirs at once.</summary>
    public async Task ReadMuchAsync(Func<CancellationToken, Task> read, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try { await read(cancellation); }
        finally { _reading.Release(); }
    }

    /// <summary>How many of so many experiences may be learned from at once in the memory that this process has: a quarter of it, at 8 KB for each with all that is made of it.</summary>
    public static int RowsThatFit(int wanted) => (int)Math.Min(wanted, Math.Max(RowsMin, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / RowBytes));

    public void Dispose()
    {
        _asked.Dispose();
        _behind.Dispose();
        _reading.Dispose();
    }

    private static async Task<T> RunAsync<T>(SemaphoreSlim places, Func<CancellationToken, T> work, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            return await OnThreadAsync(work, cancellation);
        }
        finally
        {
            places.Release();
        }
    }

    private static Task<T> OnThreadAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellation) =>
        Task.Factory.StartNew(() => work(cancellation), cancellation, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
