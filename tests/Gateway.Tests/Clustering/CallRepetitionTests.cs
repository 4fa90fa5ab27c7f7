using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Learning;
using Orleans.Serialization.Invocation;

namespace NexusActors.Clustering;

public sealed class CallRepetitionTests
{
    private readonly FakeTimeProvider _time = new();

    public static TheoryData<Exception> Passing => [new TimeoutException(), new SiloUnavailableException(), new GatewayTooBusyException(), new OperationCanceledException(), new NexusException(NexusError.StorageUnavailable, "x")];

    [Theory, MemberData(nameof(Passing))]
    public async Task Invoke_ReadFailsOnTheWay_IsRepeatedAndAnswered(Exception failure)
    {
        var call = new ScriptedCall(Request.Of<ICatalogGrain>(nameof(ICatalogGrain.StatusAsync)), failure, failure, null);
        await RunAsync(call);
        Assert.Equal(3, call.Tries);
    }

    [Fact]
    public async Task Invoke_FailsThreeTimes_GivesUp()
    {
        var call = new ScriptedCall(Request.Of<ICatalogGrain>(nameof(ICatalogGrain.StatusAsync)), new TimeoutException(), new TimeoutException(), new TimeoutException(), null);
        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(call));
        Assert.Equal(3, call.Tries);
    }

    [Fact]
    public async Task Invoke_CallerCallsItOff_IsNotRepeated()
    {
        var call = new ScriptedCall(new Request(typeof(ICatalogGrain), nameof(ICatalogGrain.StatusAsync)) { Token = new(canceled: true) }, new OperationCanceledException(), null);
        await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync(call));
        Assert.Equal(1, call.Tries);
    }

    [Fact]
    public async Task Invoke_TimeIsUp_GivesUp()
    {
        var call = new ScriptedCall(Request.Of<ICatalogGrain>(nameof(ICatalogGrain.StatusAsync)), new TimeoutException(), null) { Before = () => _time.Advance(TimeSpan.FromSeconds(7.9)) };
        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(call));
        Assert.Equal(1, call.Tries);
    }

    [Theory, InlineData(NexusError.Invalid), InlineData(NexusError.LeaseLost), InlineData(NexusError.WrongState), InlineData(NexusError.LimitReached), InlineData(NexusError.NotFound)]
    public async Task Invoke_Refusal_IsTheAnswer(NexusError error)
    {
        var call = new ScriptedCall(Request.Of<ICatalogGrain>(nameof(ICatalogGrain.StatusAsync)), new NexusException(error, "x"), null);
        await Assert.ThrowsAsync<NexusException>(() => RunAsync(call));
        Assert.Equal(1, call.Tries);
    }

    [Theory]
    [InlineData(typeof(IAgentGrain), nameof(IAgentGrain.LeaseAsync)), InlineData(typeof(IAgentGrain), nameof(IAgentGrain.RegisterAsync)), InlineData(typeof(IAgentGrain), nameof(IAgentGrain.DeregisterAsync))]
    [InlineData(typeof(ITaskGrain), nameof(ITaskGrain.SetStatusAsync)), InlineData(typeof(ITaskGrain), nameof(ITaskGrain.RedriveAsync)), InlineData(typeof(IQueueGrain), nameof(IQueueGrain.RedriveFailedAsync))]
    [InlineData(typeof(IExperienceStreamGrain), nameof(IExperienceStreamGrain.AppendAsync)), InlineData(typeof(ICoordinatorGrain), nameof(ICoordinatorGrain.SwitchAsync)), InlineData(typeof(IQueueGrain), nameof(IQueueGrain.ConfigureAsync))]
    public async Task Invoke_WhatWouldHappenTwice_IsNotRepeatedUnlessItWasTurnedAway(Type room, string method)
    {
        var lost = new ScriptedCall(new Request(room, method), new TimeoutException(), null);
        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(lost));
        Assert.Equal(1, lost.Tries);
        var turnedAway = new ScriptedCall(new Request(room, method), new GatewayTooBusyException(), null);
        await RunAsync(turnedAway);
        Assert.Equal(2, turnedAway.Tries);
    }

    [Theory, InlineData(typeof(IQueueGrain)), InlineData(typeof(IIntakeGrain))]
    public void Holds_Submission_OnlyWithOperationIds(Type room)
    {
        TaskSubmission Task(string? key) => new() { Spec = new() { Id = "t", Type = TaskType.Testing, Priority = 3, Description = "d" }, IdempotencyKey = key };
        Assert.True(RepeatableCalls.Holds(new Request(room, "SubmitAsync", ImmutableArray.Create(Task("a"), Task("b")))));
        Assert.False(RepeatableCalls.Holds(new Request(room, "SubmitAsync", ImmutableArray.Create(Task("a"), Task(null)))));
    }

    [Fact]
    public void Holds_ChangeOfAPlan_OnlyWithTheVersionThatItChanges()
    {
        Assert.True(RepeatableCalls.Holds(new Request(typeof(IPlanGrain), nameof(IPlanGrain.ReviseAsync), new PlanChange { IfVersion = 1 })));
        Assert.False(RepeatableCalls.Holds(new Request(typeof(IPlanGrain), nameof(IPlanGrain.ReviseAsync), new PlanChange())));
    }

    [Fact]
    public void Holds_EveryMethodMarkedAsRead_IsRepeatable() => Assert.All(
        typeof(ITaskGrain).Assembly.GetTypes().Where(type => type.IsInterface).SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<Orleans.Concurrency.ReadOnlyAttribute>() is not null),
        method => Assert.True(RepeatableCalls.Holds(new Request(method.DeclaringType!, method.Name)), $"{method.DeclaringType!.Name}.{method.Name}"));

    private async Task RunAsync(ScriptedCall call)
    {
        var running = new CallRepetition(_time, () => 0.5, NullLogger<CallRepetition>.Instance).Invoke(call);
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(175));
            await Task.Yield();
        }
        await running;
    }

    private sealed class Request(Type room, string method, params object[] arguments) : IInvokable
    {
        public static Request Of<T>(string method) => new(typeof(T), method);

        public CancellationToken Token { get; init; }

        public CancellationToken GetCancellationToken() => Token;

        public string GetMethodName() => method;

        public Type GetInterfaceType() => room;

        public int GetArgumentCount() => arguments.Length;

        public object GetArgument(int index) => arguments[index];

        public object GetTarget() => throw new NotSupportedException();

        public void SetTarget(ITargetHolder holder) => throw new NotSupportedException();

        public ValueTask<Response> Invoke() => throw new NotSupportedException();

        public void SetArgument(int index, object value) => throw new NotSupportedException();

        public string GetInterfaceName() => room.Name;

        public string GetActivityName() => method;

        public MethodInfo GetMethod() => room.GetMethod(method)!;

        public void Dispose()
        {
        }
    }

    private sealed class ScriptedCall(Request request, params Exception?[] outcomes) : IOutgoingGrainCallContext
    {
        public int Tries { get; private set; }

        public Action Before { get; init; } = () => { };

        public IInvokable Request => request;

        public object Grain => throw new NotSupportedException();

        public MethodInfo InterfaceMethod => request.GetMethod();

        public string InterfaceName => request.GetInterfaceName();

        public string MethodName => request.GetMethodName();

        public object? Result { get; set; }

        public Response? Response { get; set; }

        public GrainId? SourceId => null;

        public GrainId TargetId => default;

        public GrainInterfaceType InterfaceType => default;

        public IGrainContext? SourceContext => null;

        public Task Invoke()
        {
            Before();
            return outcomes[Tries++] is { } failure ? Task.FromException(failure) : Task.CompletedTask;
        }
    }
}
