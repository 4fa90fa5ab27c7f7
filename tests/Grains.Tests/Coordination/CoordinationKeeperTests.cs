using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>A keeper that ends takes its silo with it.</summary>
public sealed class CoordinationKeeperTests
{
    private static readonly CoordinationOptions Options = new();

    public static TheoryData<Exception> Passing => [new TimeoutException(), new SiloUnavailableException(), new OperationCanceledException("Message expired before placement could complete")];

    [Theory, MemberData(nameof(Passing))]
    public async Task Execute_ACallFailsOnTheWay_TheNextCheckIsMade(Exception failure)
    {
        var (checks, time) = (0, new FakeTimeProvider());
        var again = new TaskCompletionSource();
        var queue = Answering<IQueueGrain>((method, _) =>
        {
            if (++checks == 2) { again.SetResult(); }
            return checks == 1 ? Task.FromException(failure) : Task.CompletedTask;
        });
        var ledger = Answering<ILedger>((method, _) => method.Name switch
        {
            nameof(ILedger.FindQueueAsync) => Task.FromResult<QueueSettings?>(new()),
            nameof(ILedger.QueuesAsync) => Task.FromResult(ImmutableArray.Create(("work", new QueueSettings()))),
            nameof(ILedger.SilentAgentsAsync) => Task.FromResult(ImmutableArray<string>.Empty),
            _ => throw new NotSupportedException(method.Name),
        });
        using var keeper = new CoordinationKeeper(ledger, Answering<IGrainFactory>((_, _) => queue), Microsoft.Extensions.Options.Options.Create(Options), time, new Started(), NullLogger<CoordinationKeeper>.Instance);

        await keeper.StartAsync(CancellationToken.None);
        while (!again.Task.IsCompleted && !keeper.ExecuteTask!.IsCompleted)
        {
            time.Advance(Options.SilenceCheckPeriod);
            await Task.Yield();
        }

        Assert.True(again.Task.IsCompleted);
        await keeper.StopAsync(CancellationToken.None);
        Assert.False(keeper.ExecuteTask!.IsFaulted);
    }

    private static T Answering<T>(Func<MethodInfo, object?[], object?> answer) where T : class
    {
        var proxy = DispatchProxy.Create<T, Proxy>();
        ((Proxy)(object)proxy).Answer = answer;
        return proxy;
    }

    public class Proxy : DispatchProxy
    {
        public Func<MethodInfo, object?[], object?> Answer { get; set; } = (_, _) => null;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer(targetMethod!, args ?? []);
    }

    private sealed class Started : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => new(canceled: true);
        public CancellationToken ApplicationStopping => CancellationToken.None;
        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new NotSupportedException();
    }
}
