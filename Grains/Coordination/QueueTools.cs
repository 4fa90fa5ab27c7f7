using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>What every queue and partition in a silo works with.</summary>
internal sealed record QueueTools(
    ILedger Ledger, IGrainFactory Grains, QueueRoutes Routes, IOptions<CoordinationOptions> Options, CoordinationMetrics Metrics, ILogger<QueueGrain> Log, TimeProvider Time, LeaseTokens Tokens, IAgentFit Fit, Pseudonyms Pseudonyms, ITaskRules Rules);
