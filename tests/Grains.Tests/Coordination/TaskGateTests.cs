using CsCheck;

namespace NexusActors.Coordination;

/// <summary>The gate on one scheduler that runs one thing at a time, as a grain's does.</summary>
public sealed class TaskGateTests
{
    /// <summary>One turn: what it takes, how long it stays, and whether it gives up waiting.</summary>
    private sealed record Turn(int[] Ids, int Yields, int GiveUpAfter)
    {
        public override string ToString() => $"[{string.Join(' ', Ids)}] stays {Yields}, gives up {GiveUpAfter}";
    }

    private static readonly Gen<Turn> Turns =
        from ids in Gen.Int[0, 3].Array[1, 3]
        from yields in Gen.Int[0, 5]
        from gives in Gen.Frequency((3, Gen.Const(-1)), (1, Gen.Int[0, 12]))
        select new Turn(ids, yields, gives);

    private static string Name(int id) => $"t{id}";

    [Fact]
    public Task EnterAll_AnyTurnsAndCancellations_OneAtATimeAndNeverStuck() =>
        Turns.Array[1, 12].SampleAsync(turns => OnOneScheduler(async () =>
        {
            var gate = new TaskGate();
            Dictionary<string, int> holders = new(StringComparer.Ordinal);
            var (entered, gaveUp) = (0, 0);
            await Task.WhenAll(turns.Select(LiveAsync)).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(turns.Length, entered + gaveUp);
            for (var id = 0; id <= 3; id++) { Assert.True(gate.EnterAsync(Name(id), default).IsCompletedSuccessfully, $"{Name(id)} is still taken"); }

            async Task LiveAsync(Turn turn)
            {
                using var cancel = new CancellationTokenSource();
                var giveUp = turn.GiveUpAfter < 0 ? Task.CompletedTask : GiveUpAsync(cancel, turn.GiveUpAfter);
                try
                {
                    var taken = await gate.EnterAllAsync(turn.Ids.Select(Name), cancel.Token);
                    foreach (var id in taken) { Assert.Equal(1, holders[id] = holders.GetValueOrDefault(id) + 1); }
                    for (var i = 0; i < turn.Yields; i++) { await Task.Yield(); }
                    foreach (var id in taken) { holders[id]--; }
                    entered++;
                    gate.LeaveAll(taken);
                }
                catch (OperationCanceledException) { gaveUp++; }
                await giveUp;
            }

            static async Task GiveUpAsync(CancellationTokenSource cancel, int after)
            {
                for (var i = 0; i < after; i++) { await Task.Yield(); }
                await cancel.CancelAsync();
            }
        }), iter: 2_000);

    [Fact]
    public Task Enter_ManyWait_ServesThemInTheOrderOfTheirComing() => OnOneScheduler(async () =>
    {
        var gate = new TaskGate();
        List<int> order = [];
        await gate.EnterAsync("t", default);
        Task[] waiting = [.. Enumerable.Range(0, 20).Select(async i =>
        {
            await gate.EnterAsync("t", default);
            order.Add(i);
            await Task.Yield();
            gate.Leave("t");
        })];
        gate.Leave("t");
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Enumerable.Range(0, 20), order);
    });

    /// <summary>The gate is handed over in the very turn in which its receiver gives up: the next one must get it.</summary>
    [Fact]
    public Task Leave_ReceiverGivesUpInTheSameMoment_PassesTheGateOn() => OnOneScheduler(async () =>
    {
        for (var round = 0; round < 200; round++)
        {
            var gate = new TaskGate();
            using var cancel = new CancellationTokenSource();
            await gate.EnterAsync("t", default);
            var (gone, next) = (gate.EnterAsync("t", cancel.Token), gate.EnterAsync("t", default));
            gate.Leave("t");
            await cancel.CancelAsync();
            var cancelled = false;
            try { await gone; }
            catch (OperationCanceledException) { cancelled = true; }
            if (!cancelled) { gate.Leave("t"); }
            await next.WaitAsync(TimeSpan.FromSeconds(30));
            gate.Leave("t");
            Assert.True(gate.EnterAsync("t", default).IsCompletedSuccessfully);
        }
    });

    [Fact]
    public Task Enter_GivesUpWhileAnotherHolds_LeavesTheHolderAndTheOthersAlone() => OnOneScheduler(async () =>
    {
        var gate = new TaskGate();
        using var cancel = new CancellationTokenSource();
        await gate.EnterAsync("t", default);
        var (gone, next) = (gate.EnterAsync("t", cancel.Token), gate.EnterAsync("t", default));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.False(next.IsCompleted);
        gate.Leave("t");
        await next.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(gate.EnterAsync("t", default).IsCompleted);
    });

    private static Task OnOneScheduler(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();
}
