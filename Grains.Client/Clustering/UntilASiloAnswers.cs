using Microsoft.Extensions.Logging;

namespace NexusActors.Clustering;

/// <summary>Asks again each second until a silo answers or the process stops: clients may be started before silos, and before the database.</summary>
internal sealed partial class UntilASiloAnswers(TimeProvider time, ILogger<UntilASiloAnswers> log) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int TriesPerLogEntry = 15;
    private int _tries;

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (_tries++ % TriesPerLogEntry == 0) { Waits(exception.Message); }
        await Task.Delay(Pause, time, cancellationToken);
        return true;
    }

    [LoggerMessage(1, LogLevel.Warning, "No silo of the cluster answers yet; asking again each second: {Reason}")]
    private partial void Waits(string reason);
}
