using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using NexusActors.Errors;

namespace NexusActors.Ledger;

/// <summary>
/// Removes old facts in small portions, with pauses in proportion to the time that a portion took: while others write much, it takes a small share of the writer.
/// </summary>
internal sealed class Retention(ILedgerRetention ledger, IRetentionTurn turns, IOptions<RetentionOptions> options, LedgerMetrics metrics, TimeProvider time, ILogger<Retention> logger) : BackgroundService
{
    /// <summary>Between two passes.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(15);

    private const int PortionMax = 500;
    private const int PauseShare = 4;
    private static readonly TimeSpan PauseLeast = TimeSpan.FromMilliseconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value is { EventRetention.Ticks: 0, OperationRetention.Ticks: 0, ExperienceRetention.Ticks: 0 }) { return; }
        try
        {
            while (true)
            {
                await PassAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(Period, time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops; the next one goes on.
        }
    }

    private async Task PassAsync(CancellationToken stopping)
    {
        var (events, operations, experiences) = (0L, 0L, 0L);
        await using var turn = await turns.TryTakeAsync(stopping).ConfigureAwait(false);
        if (turn is null) { return; }
        try
        {
            var now = time.GetUtcNow();
            var portion = new TrimPortion(Before(now, options.Value.EventRetention), Before(now, options.Value.OperationRetention), After: 0, PortionMax)
            {
                ExperiencesBefore = Before(now, options.Value.ExperienceRetention),
            };
            while (true)
            {
                var started = time.GetTimestamp();
                var trimmed = await ledger.TrimAsync(portion, stopping).ConfigureAwait(false);
                metrics.Trimmed(trimmed.Events, trimmed.Operations, trimmed.Experiences);
                (events, operations, experiences) = (events + trimmed.Events, operations + trimmed.Operations, experiences + trimmed.Experiences);
                if (trimmed.Done) { break; }
                portion = portion with { After = trimmed.Position };
                var pause = time.GetElapsedTime(started) * PauseShare;
                await Task.Delay(pause > PauseLeast ? pause : PauseLeast, time, stopping).ConfigureAwait(false);
            }
        }
        catch (NexusException failure)
        {
            LedgerLog.TrimFailed(logger, Period, failure);
        }
        if (events + operations + experiences > 0) { LedgerLog.Trimmed(logger, events, operations, experiences); }
    }

    // What is kept for ever is older than nothing.
    private static DateTimeOffset Before(DateTimeOffset now, TimeSpan kept) => kept == TimeSpan.Zero || now - DateTimeOffset.MinValue < kept ? DateTimeOffset.MinValue : now - kept;
}

/// <summary>Registration of the removal of old facts.</summary>
internal static class RetentionHosting
{
    /// <summary>Removes old facts while the host runs, as <c>Nexus:Ledger</c> says.</summary>
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<RetentionOptions>().BindConfiguration(RetentionOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RetentionOptions>, RetentionOptionsFieldValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>());
        services.TryAddSingleton<IRetentionTurn, OnlyTurn>();
        return services.AddHostedService<Retention>();
    }
}

/// <summary>Whose turn it is to remove old facts, where several processes share a ledger.</summary>
internal interface IRetentionTurn
{
    /// <summary>Takes the turn for one pass, until it is disposed of; null while another process has it.</summary>
    Task<IAsyncDisposable?> TryTakeAsync(CancellationToken cancellation);
}

/// <summary>The turn of the only process that has the ledger.</summary>
internal sealed class OnlyTurn : IRetentionTurn, IAsyncDisposable
{
    /// <inheritdoc/>
    public Task<IAsyncDisposable?> TryTakeAsync(CancellationToken cancellation) => Task.FromResult<IAsyncDisposable?>(this);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
