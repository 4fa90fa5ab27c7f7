using Microsoft.Extensions.Diagnostics.HealthChecks;
using NexusActors.Errors;
using NexusActors.Learning;

namespace NexusActors.Clustering;

/// <summary>
/// Ready while the cluster answers a question for which it must ask its database. Callers share one question, and its answer holds for two seconds.
/// </summary>
internal sealed class ClusterReadiness(IServiceProvider services, IHostApplicationLifetime lifetime, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(3);
    // Any name: what is asked for is the answer, "there is none".
    private const string Nothing = "readyz";
    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _question;
    private DateTimeOffset _askedAt;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!lifetime.ApplicationStarted.IsCancellationRequested) { return HealthCheckResult.Unhealthy("no silo has answered yet"); }
        try
        {
            return await Ask().WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"no silo answered within {Patience.TotalSeconds:F0} s");
        }
    }

    // One question at a time: a slow one is waited for, not repeated.
    private Task<HealthCheckResult> Ask()
    {
        lock (_gate)
        {
            if (_question is null || (_question.IsCompleted && time.GetUtcNow() - _askedAt >= Validity))
            {
                _askedAt = time.GetUtcNow();
                _question = AskAsync();
            }
            return _question;
        }
    }

    private async Task<HealthCheckResult> AskAsync()
    {
        try
        {
            // Not a dependency: there are no grains to be had before the first silo has answered.
            await services.GetRequiredService<IGrainFactory>().GetGrain<IExperienceCatalogGrain>(0).GetAsync(Nothing);
            return HealthCheckResult.Healthy();
        }
        catch (NexusException refusal)
        {
            return HealthCheckResult.Unhealthy(refusal.Message, refusal);
        }
        catch (Exception silent) when (silent is TimeoutException or OrleansException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("no silo answers", silent);
        }
    }
}
