using Microsoft.Extensions.Options;

namespace NexusActors.Learning;

/// <summary>
/// Keeps trainings that nobody asked for to <see cref="LearningOptions.BackgroundShare"/> of the time of this silo: after each, none begins for as long as that takes. Where thousands of tasks finish each second, models
/// need not be of the last minute, and agents need the processors. Safe for several threads.
/// </summary>
internal sealed class TrainingBudget(TimeProvider time, IOptionsMonitor<LearningOptions> options)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Whether one may begin now.</summary>
    public bool MayBegin()
    {
        lock (_lock) { return time.GetUtcNow() >= _next; }
    }

    /// <summary>A training that took so long has ended.</summary>
    public void Spent(TimeSpan took)
    {
        lock (_lock)
        {
            var next = time.GetUtcNow() + took * (1 / options.CurrentValue.BackgroundShare - 1);
            if (next > _next) { _next = next; }
        }
    }
}
