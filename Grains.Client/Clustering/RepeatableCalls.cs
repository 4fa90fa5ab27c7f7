using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using NexusActors.Coordination;
using NexusActors.Learning;
using NexusActors.Optimization;
using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace NexusActors.Clustering;

/// <summary>
/// Calls whose repeat has the effect of one: reads, and changes that are guarded by a token, by an operation id, or by the state that they lead to.
/// What is not here is not repeated: leasing, registering and removing agents, moving a task as passive agents do, redriving, making queues, switching coordination, appending experiences, changing a plan whichever its version is.
/// </summary>
internal static class RepeatableCalls
{
    private static readonly FrozenSet<(Type, string)> Always = Reads().Concat(
    [
        (typeof(ITaskGrain), nameof(ITaskGrain.ExplainAsync)),
        (typeof(ITaskGrain), nameof(ITaskGrain.CancelAsync)),               // what was called off is returned as it is
        (typeof(IQueueGrain), nameof(IQueueGrain.GetAsync)),
        (typeof(IQueueGrain), nameof(IQueueGrain.PauseAsync)),              // what is paused stays so
        (typeof(IEventFeedGrain), nameof(IEventFeedGrain.ReadAsync)),
        (typeof(IAgentGrain), nameof(IAgentGrain.GetAsync)),
        (typeof(IAgentGrain), nameof(IAgentGrain.DrainAsync)),              // what drains goes on draining
        (typeof(IAgentGrain), nameof(IAgentGrain.HeartbeatAsync)),          // a lease renewed twice is renewed
        (typeof(IAgentGrain), nameof(IAgentGrain.ReportAsync)),             // by token; a repeat gets the first answer
        (typeof(IStreamLearnerGrain), nameof(IStreamLearnerGrain.PredictAsync)),
        (typeof(IStreamLearnerGrain), nameof(IStreamLearnerGrain.PredictManyAsync)),
        (typeof(IStreamLearnerGrain), nameof(IStreamLearnerGrain.StateAsync)),
        (typeof(IStreamLearnerGrain), nameof(IStreamLearnerGrain.TrainAsync)), // a training that is under way is joined
        (typeof(IModelCatalogGrain), nameof(IModelCatalogGrain.TrainAsync)),
        (typeof(IStreamNeighboursGrain), nameof(IStreamNeighboursGrain.FindAsync)),
        (typeof(IStreamRulesGrain), nameof(IStreamRulesGrain.InduceAsync)), // what was found again stays as it is
        (typeof(IStreamRulesGrain), nameof(IStreamRulesGrain.SetAsync)),    // what is pinned stays so
        (typeof(IPatternGrain), nameof(IPatternGrain.FindAsync)),           // what was found meanwhile is kept for a repeat
        (typeof(IPlanGrain), nameof(IPlanGrain.MakeAsync)),                 // the same request is the same plan
        (typeof(IPlanGrain), nameof(IPlanGrain.GetAsync)),
        (typeof(IPlanGrain), nameof(IPlanGrain.CriteriaAsync)),
        (typeof(IPlanGrain), nameof(IPlanGrain.ExportAsync)),
        (typeof(IDecisionGrain), nameof(IDecisionGrain.DecideAsync)),       // by id; the same request gets the first answer
        (typeof(IDecisionGrain), nameof(IDecisionGrain.ReportAsync)),       // the same outcome changes nothing
        (typeof(IDecisionPolicyGrain), nameof(IDecisionPolicyGrain.ConfigureAsync)), // what is set stays so
    ]).ToFrozenSet();

    /// <summary>Calls that can be repeated when each of their tasks has an operation id: its answer is stored with its effect.</summary>
    private static readonly FrozenSet<(Type, string)> WithOperationId =
        new[] { (typeof(IQueueGrain), nameof(IQueueGrain.SubmitAsync)), (typeof(IIntakeGrain), nameof(IIntakeGrain.SubmitAsync)) }.ToFrozenSet();

    /// <summary>Whether a repeat of the call has the effect of one.</summary>
    public static bool Holds(IInvokable call)
    {
        var method = (call.GetInterfaceType(), call.GetMethodName());
        return Always.Contains(method)
            || (method == (typeof(IPlanGrain), nameof(IPlanGrain.ReviseAsync)) && call.GetArgument(0) is PlanChange { IfVersion: not null })
            || (WithOperationId.Contains(method) && call.GetArgument(0) is ImmutableArray<TaskSubmission> tasks && tasks.All(task => task.IdempotencyKey is not null));
    }

    private static IEnumerable<(Type, string)> Reads() =>
        from room in (Type[])[typeof(ITaskGrain), typeof(ICatalogGrain), typeof(IExperienceCatalogGrain), typeof(IExperienceStreamGrain), typeof(IModelCatalogGrain), typeof(IPlanCatalogGrain), typeof(IRuleCatalogGrain), typeof(IDecisionCatalogGrain), typeof(IDecisionConfidenceGrain), typeof(IDecisionPolicyGrain), typeof(IOptimizerGrain), typeof(ITargetGrain), typeof(IAgentGrain), typeof(IQueueGrain)]
        from method in room.GetMethods()
        where method.GetCustomAttribute<ReadOnlyAttribute>() is not null
        select (room, method.Name);
}
