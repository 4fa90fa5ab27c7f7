using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>The parts of one queue put together as its grain does, without the grain.</summary>
internal sealed class SimulatedQueue
{
    private static readonly CoordinationMetrics Metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
    private readonly SimulatedThread _thread;
    private Task _round = Task.CompletedTask;
    private bool _requested;

    public SimulatedQueue(string name, SimulatedThread thread, SimulatedClock clock, SimulatedLedger ledger, IGrainFactory grains, Func<double> chance, CoordinationOptions options)
    {
        _thread = thread;
        QueueScope scope = null!;
        Scope = scope = new()
        {
            Name = name,
            Key = name,
            Memory = new(options, key => scope.LimitsOf(key)),
            Ledger = ledger,
            Grains = grains,
            Routes = new(ledger, grains, clock),
            Options = options,
            Metrics = Metrics,
            Log = NullLogger.Instance,
            Time = clock,
            Tokens = new(),
            Chance = chance,
            Fit = new UnknownFit(),
            Pseudonyms = Learning.Privacy.Pseudonyms.None,
            Rules = new NoTaskRules(),
            RequestRound = RequestRound,
        };
        Writer = new(Scope);
        Dispatch = new(Scope, Writer);
        Control = new(Scope, Writer, Dispatch);
        Intake = new(Scope, Control.LookAtParentsAsync);
        Redrive = new(Scope, Control);
    }

    public QueueScope Scope { get; }
    public QueueWriter Writer { get; }
    public QueueDispatch Dispatch { get; }
    public QueueControl Control { get; }
    public QueueIntake Intake { get; }
    public QueueRedrive Redrive { get; }
    public QueueMemory Memory => Scope.Memory;

    /// <summary>Whether the last round was cut short by storage.</summary>
    public bool RoundFailed { get; private set; }

    /// <summary>An activation that was replaced: what it had begun goes on, but it makes no rounds.</summary>
    public bool Replaced { get; set; }

    /// <summary>An exception that no grain may let out of a round.</summary>
    public Exception? Bug { get; private set; }

    public async Task LoadAsync()
    {
        Scope.Settings = await Scope.Ledger.FindQueueAsync(Scope.Name);
        await new QueueLoader(Scope, Dispatch, Control).LoadAsync(default);
    }

    /// <summary>The regular check; notes when memory must be made anew.</summary>
    public async Task CheckAsync() => Differs = !await new QueueLoader(Scope, Dispatch, Control).CheckAsync(default);

    /// <summary>Whether memory was found to differ from the facts.</summary>
    public bool Differs { get; private set; }

    public void Tick()
    {
        Dispatch.AskAgain();
        RequestRound();
    }

    private void RequestRound()
    {
        _requested = true;
        if (_round.IsCompleted && !Replaced) { _round = RoundsAsync(); }
    }

    private async Task RoundsAsync()
    {
        await _thread.Turn();
        while (_requested && !Replaced)
        {
            (_requested, RoundFailed) = (false, false);
            try
            {
                await Control.ExpireAsync(default);
                await Writer.DeliverAsync(Control.ParentEndedAsync, default);
                await Dispatch.RoundAsync(default);
            }
            catch (NexusException fault) when (fault.Error == NexusError.StorageUnavailable)
            {
                RoundFailed = true;
                return;
            }
            catch (Exception bug)
            {
                Bug ??= bug;
                return;
            }
        }
    }
}

/// <summary>Finds grains by name among those that the test plays.</summary>
public class SimulatedGrains : DispatchProxy
{
    private Func<Type, string, object> _find = (_, _) => throw new NotSupportedException();

    public static IGrainFactory Of(Func<Type, string, object> find)
    {
        var grains = Create<IGrainFactory, SimulatedGrains>();
        ((SimulatedGrains)(object)grains)._find = find;
        return grains;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod is { Name: "GetGrain", IsGenericMethod: true } && args is [string name, ..] ? _find(targetMethod.GetGenericArguments()[0], name) : throw new NotSupportedException(targetMethod?.Name);
}

/// <summary>A grain of which only some calls are played.</summary>
public class SimulatedGrain : DispatchProxy
{
    private Dictionary<string, Func<object?[], object>> _calls = [];

    public static T Of<T>(params (string Name, Func<object?[], object> Call)[] calls) where T : class
    {
        var grain = Create<T, SimulatedGrain>();
        ((SimulatedGrain)(object)grain)._calls = calls.ToDictionary(call => call.Name, call => call.Call);
        return grain;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _calls[targetMethod!.Name](args!);
}

/// <summary>An agent as the queues meet it: its hands, and the leases that it knows of.</summary>
internal sealed class SimulatedAgent(AgentProfile profile, SimulatedThread thread)
{
    public AgentProfile Profile { get; } = profile;
    public string Id => Profile.Id;
    public AgentHands Hands { get; } = new();
    public List<(string TaskId, string Token)> Leases { get; } = [];
    /// <summary>What a long poll of it waits for, and where; null: none waits.</summary>
    public (string Queue, AgentBid Bid)? Waits { get; set; }
    /// <summary>A long poll that was woken and has not asked again yet.</summary>
    public (string Queue, AgentBid Bid)? Woken { get; set; }

    public IAgentGrain Grain => SimulatedGrain.Of<IAgentGrain>(
        (nameof(IAgentGrain.OfferAsync), args => OfferAsync((WorkShare)args[0]!)),
        (nameof(IAgentGrain.WakeAsync), _ => WakeAsync()),
        (nameof(IAgentGrain.ReleasedAsync), args => ReleasedAsync((ImmutableArray<string>)args[0]!)));

    private async Task<bool> OfferAsync(WorkShare work)
    {
        await thread.Turn();
        var room = Hands.HasRoom(Profile, work);
        if (room) { Hands.Take(work); }
        await thread.Turn();
        return room;
    }

    private async Task<bool> WakeAsync()
    {
        await thread.Turn();
        var waited = Waits is not null;
        (Woken, Waits) = (Waits ?? Woken, null);
        waited &= Hands.HeldUnits < Profile.MaxCapacity;
        await thread.Turn();
        return waited;
    }

    private async Task ReleasedAsync(ImmutableArray<string> taskIds)
    {
        await thread.Turn();
        foreach (var taskId in taskIds) { Hands.Drop(taskId); }
    }
}
