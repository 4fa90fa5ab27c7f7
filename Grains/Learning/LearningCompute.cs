namespace NexusActors.Learning;

/// <summary>
/// Runs what computes for long (training, planning, search for patterns) on threads of its own, as many at once as half of the processors, so that neither grains nor requests wait for it. A grain awaits the answer;
/// others reach it meanwhile only through methods that may interleave.
/// </summary>
internal sealed class LearningCompute : IDisposable
{
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Runs it when there is a place. Cancellation gives up waiting, and is handed to the work, which has to look at it.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            return await Task.Factory.StartNew(() => work(cancellation), cancellation, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();
}
