using System.Collections.Immutable;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>Callers of a queue find those who do its work, also while it is divided anew.</summary>
public sealed class QueueRoutesTests
{
    private readonly List<(string Grain, string[] Tasks)> _calls = [];
    private readonly HashSet<string> _dead = [];
    private readonly QueueRoutes _routes;
    private QueueSettings _settings = Divided(2, epoch: 1);
    private int _reads;

    public QueueRoutesTests() => _routes = new(
        SimulatedGrain.Of<ILedger>((nameof(ILedger.FindQueueAsync), _ => Find())),
        SimulatedGrains.Of((_, key) => SimulatedGrain.Of<IQueuePartitionGrain>(
            (nameof(IQueueGrain.SubmitAsync), args => SubmitAsync(key, (ImmutableArray<TaskSubmission>)args[0]!)),
            (nameof(IQueueGrain.LeaseAsync), args => LeaseAsync(key, (AgentBid)args[0]!)))),
        new SimulatedClock());

    [Fact]
    public async Task ToAsync_QueueWasDividedAnew_ReadsTheFactsAndCallsWhoeverHasTheSlotNow()
    {
        await _routes.ToAsync("q", 255, place => place.SubmitAsync(Tasks("a")), default);
        _settings = Divided(4, epoch: 2);

        await _routes.ToAsync("q", 255, place => place.SubmitAsync(Tasks("b")), default);

        Assert.Equal(["q/1-of-2@1", "q/1-of-2@1", "q/3-of-4@2"], _calls.Select(call => call.Grain));
        Assert.Equal(2, _reads);
    }

    [Fact]
    public async Task Learn_OlderDivision_IsPassedOver()
    {
        _routes.Learn("q", Divided(3, epoch: 5));

        Assert.Equal(3, _routes.Learn("q", Divided(8, epoch: 4)).Partitions);
        Assert.Equal((3, 5), (await _routes.MapAsync("q", default)) is var map ? (map.Partitions, map.Epoch) : default);
    }

    [Fact]
    public async Task ScatterAsync_OnePartitionMovesMeanwhile_EachItemIsTakenOnceAndAnsweredInOrder()
    {
        await _routes.MapAsync("q", default);
        _settings = Divided(3, epoch: 2);
        string[] items = [.. Enumerable.Range(0, 40).Select(i => $"k{i}")];

        var answers = await _routes.ScatterAsync("q", items, QueueSlots.Of, (place, some) => place.SubmitAsync(Tasks([.. some])), default);

        Assert.Equal(items, answers.Select(answer => answer.TaskId));
        var taken = _calls.Where(call => call.Grain.EndsWith("@2", StringComparison.Ordinal)).ToList();
        Assert.Equal(items.Order(), taken.SelectMany(call => call.Tasks).Order());
        Assert.All(taken, call => Assert.All(call.Tasks, key => Assert.True(QueuePart.Parse(call.Grain).Slots.Has(QueueSlots.Of(key)))));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(7)]
    public async Task LeaseAsync_OnePartitionDoesNotAnswer_TheOthersGive(int first)
    {
        _settings = Divided(4, epoch: 1);
        _dead.Add("q/1-of-4@1");

        var leased = await _routes.LeaseAsync("q", new() { AgentId = "a", Max = 9, FreeUnits = 3 }, first, default);

        Assert.Equal(3, leased.Length);
        Assert.Equal(Enumerable.Range(first, 4).Select(turn => turn % 4).Where(place => place != 1), leased.Select(lease => QueuePart.Parse(lease.Token).Place));
        Assert.All(leased, lease => Assert.True(lease.Attempt >= 1, "asked for more than was free"));
    }

    [Fact]
    public async Task LeaseAsync_NoPartitionAnswers_SaysSo()
    {
        _dead.UnionWith(["q/0-of-2@1", "q/1-of-2@1"]);

        await Assert.ThrowsAsync<TimeoutException>(() => _routes.LeaseAsync("q", new() { AgentId = "a", Max = 1, FreeUnits = 1 }, 0, default));
    }

    private static QueueSettings Divided(int partitions, int epoch) => new() { Partitions = partitions, Split = new() { Epoch = epoch } };

    private static ImmutableArray<TaskSubmission> Tasks(params string[] keys) => [.. keys.Select(key => new TaskSubmission { Spec = Sample.Spec(key, spec => spec with { Key = key }) })];

    private Task<QueueSettings?> Find()
    {
        _reads++;
        return Task.FromResult<QueueSettings?>(_settings);
    }

    private Task<ImmutableArray<SubmitReply>> SubmitAsync(string grain, ImmutableArray<TaskSubmission> tasks)
    {
        _calls.Add((grain, [.. tasks.Select(task => task.Spec.Id)]));
        return QueuePart.Parse(grain).IsOf(_settings)
            ? Task.FromResult<ImmutableArray<SubmitReply>>([.. tasks.Select(task => new SubmitReply { TaskId = task.Spec.Id })])
            : throw QueuePartitionGrain.Moved("q");
    }

    /// <summary>Gives one task; its token says who gave it, its attempt what was free.</summary>
    private Task<ImmutableArray<LeasedTask>> LeaseAsync(string grain, AgentBid bid) => _dead.Contains(grain)
        ? throw new TimeoutException()
        : Task.FromResult<ImmutableArray<LeasedTask>>([new() { Task = new() { Spec = Sample.Spec(grain) }, Token = grain, Attempt = bid.FreeUnits }]);
}
