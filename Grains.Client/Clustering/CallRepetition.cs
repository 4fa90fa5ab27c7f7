using Microsoft.Extensions.Logging;
using NexusActors.Errors;
using Orleans.Serialization.Invocation;

namespace NexusActors.Clustering;

/// <summary>
/// Repeats grain calls that failed on the way, where a repeat cannot do harm: at most three tries within eight seconds, with a pause of 100–250 ms between them. A refusal is an answer and is never repeated.
/// </summary>
internal sealed class CallRepetition(TimeProvider time, Func<double> chance, ILogger<CallRepetition> log) : IOutgoingGrainCallFilter
{
    /// <summary>Tries at most.</summary>
    public const int TriesMax = 3;

    /// <summary>No try begins after so long.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan PauseLeast = TimeSpan.FromMilliseconds(100), PauseMost = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var started = time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (Exception failure) when (tries < TriesMax && IsWorthARepeat(failure, context.Request))
            {
                var pause = PauseLeast + chance() * (PauseMost - PauseLeast);
                if (time.GetElapsedTime(started) + pause >= Budget) { throw; }
                log.Repeats(context.InterfaceName, context.MethodName, tries, failure.GetType().Name);
                await Task.Delay(pause, time);
            }
        }
    }

    /// <summary>Whether another try may go well and does no harm.</summary>
    public static bool IsWorthARepeat(Exception failure, IInvokable call) => failure switch
    {
        // The silo turned it away at its door: it was not carried out.
        GatewayTooBusyException => true,
        TimeoutException or OrleansException or NexusException { Error: NexusError.StorageUnavailable or NexusError.Moved } => RepeatableCalls.Holds(call),
        // Called off on the way, by nobody who has a right to: it could not be placed in time.
        OperationCanceledException => !call.GetCancellationToken().IsCancellationRequested && RepeatableCalls.Holds(call),
        _ => false,
    };
}

internal static partial class CallRepetitionLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Interface}.{Method} failed at try {Tries} ({Failure}) and is repeated")]
    public static partial void Repeats(this ILogger log, string @interface, string method, int tries, string failure);
}
