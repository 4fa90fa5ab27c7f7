using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Hosting;

/// <summary>
/// Ready while the ledger takes writes, proved by writing. Callers share one trial, and its outcome holds for two seconds,
/// so that asking often costs the disk nothing.
/// </summary>
internal sealed class LedgerReadiness(ILedger ledger, TimeProvider time) : IHealthCheck
{
    private const string SettingName = "host.readiness";
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(3);
    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _trial;
    private DateTimeOffset _triedAt;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await Trial().WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"no write was confirmed within {Patience.TotalSeconds:F0} s");
        }
    }

    // One trial at a time: a slow one is waited for, not repeated.
    private Task<HealthCheckResult> Trial()
    {
        lock (_gate)
        {
            if (_trial is null || (_trial.IsCompleted && time.GetUtcNow() - _triedAt >= Validity))
            {
                _triedAt = time.GetUtcNow();
                _trial = TryAsync(_triedAt);
            }
            return _trial;
        }
    }

    private async Task<HealthCheckResult> TryAsync(DateTimeOffset now)
    {
        try
        {
            await ledger.CommitAsync([new() { Change = new SettingPut(SettingName, now.ToString("O", CultureInfo.InvariantCulture)) }], CancellationToken.None);
            return HealthCheckResult.Healthy();
        }
        catch (NexusException refusal)
        {
            return HealthCheckResult.Unhealthy(refusal.Message, refusal);
        }
    }
}
