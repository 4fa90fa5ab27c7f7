using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Handing tasks in: repeats, batches, refusals.</summary>
public sealed class SubmitTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Submit_SameKeyAgain_GetsTheFirstAnswer()
    {
        var queue = await QueueAsync();
        var key = Silo.NewName("key");
        var first = await queue.TrySubmitAsync(queue.Spec(), key, "body");
        Assert.Equal((NexusError.None, false), (first.Error, first.Repeated));

        var again = await queue.TrySubmitAsync(queue.Spec(), key, "body");
        var other = await queue.TrySubmitAsync(queue.Spec(), key, "another body");

        Assert.Equal((first.TaskId, NexusError.None, true), (again.TaskId, again.Error, again.Repeated));
        Assert.Equal(NexusError.KeyReused, other.Error);
        Assert.Equal((1, 0, 0, 0), await queue.CountsAsync());
        // Also when the task has ended long since.
        await TaskOf(first.TaskId).CancelAsync(null, children: false);
        Assert.True((await queue.TrySubmitAsync(queue.Spec(), key, "body")).Repeated);
        Assert.Equal((0, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Submit_SameKeyByManyAtOnce_MakesOneTask()
    {
        var queue = await QueueAsync();
        var key = Silo.NewName("key");

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => queue.TrySubmitAsync(queue.Spec(), key, "body")));

        Assert.Single(replies.Select(reply => reply.TaskId).Distinct());
        Assert.Single(replies, reply => !reply.Repeated);
        Assert.Equal((1, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Submit_SameIdWithoutKey_IsRefused()
    {
        var queue = await QueueAsync();
        var spec = queue.Spec();
        await queue.TrySubmitAsync(spec);

        var reply = await queue.TrySubmitAsync(spec);

        Assert.Equal((NexusError.AlreadyExists, "id"), (reply.Error, reply.Field));
        Assert.Equal((1, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Submit_RepeatToAFullQueueWithParentGone_GetsTheFirstAnswer()
    {
        var queue = await QueueAsync(new() { MaxLength = 2 });
        var parent = await queue.SubmitAsync();
        var key = Silo.NewName("key");
        var first = await queue.TrySubmitAsync(queue.Spec(spec => spec with { Dependencies = [new(parent)] }), key, "body");
        Assert.Equal(NexusError.LimitReached, (await queue.TrySubmitAsync(queue.Spec())).Error);

        var again = await queue.TrySubmitAsync(queue.Spec(spec => spec with { Dependencies = [new(parent)] }), key, "body");

        Assert.Equal((first.TaskId, true), (again.TaskId, again.Repeated));
    }

    /// <summary>
    /// A client that got no answer says its batch again. Meanwhile one of the parents has failed, and the news has not come yet: the waiting child must not be taken for one that waits
    /// for the others alone.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_BatchRepeatedAfterOneParentFailed_DoesNotFreeTheChild(bool viaIntake)
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var (first, second) = (await PullerAsync(above), await PullerAsync(below));
        var (fails, succeeds) = (above.Spec(), above.Spec());
        var child = below.Spec(spec => spec with { Dependencies = [new(fails.Id), new(succeeds.Id)] });
        ImmutableArray<TaskSubmission> batch = [.. new[] { fails, succeeds, child }.Select(spec => new TaskSubmission { Spec = spec, IdempotencyKey = $"key of {spec.Id}", BodyHash = "body" })];
        Assert.All(await SubmitAsync(), reply => Assert.Equal((NexusError.None, false), (reply.Error, reply.Repeated)));
        var leases = await first.LeaseAsync(2);
        // On disk, and nobody has heard of it.
        await WriteElsewhereAsync(fails.Id, state => TaskTransitions.Report(state, first.Id, new() { TaskId = state.Id, Token = leases[0].Token, Verb = ReportVerb.Fail, Retryable = false }, Silo.Clock.GetUtcNow(), () => 0));

        Assert.All(await SubmitAsync(), reply => Assert.Equal((NexusError.None, true), (reply.Error, reply.Repeated)));
        Assert.Equal(WorkStatus.Completed, (await first.CompleteAsync(leases[1])).Status);

        await UntilAsync(async () => (await TaskOf(child.Id).ExplainAsync()).WaitsFor is [var only] && only == fails.Id, "it waits for the failed one alone");
        Assert.Equal((0, 0, 1, 0), await below.CountsAsync());
        Assert.Empty(await second.LeaseAsync());
        Assert.Equal(0, (await ViewAsync(child.Id)).Attempt);
        Pass(35);
        Assert.Equal("parent_failed", (await UntilAsync(child.Id, WorkStatus.Cancelled)).ErrorCode);
        Assert.DoesNotContain("task.assigned", await HistoryAsync(child.Id));
        // It may have noticed by itself that something was written behind its back.
        Assert.All(Silo.TakeWarnings(), warning => Assert.Contains(above.Name, warning, StringComparison.Ordinal));

        async Task<ImmutableArray<SubmitReply>> SubmitAsync() => viaIntake
            ? await Silo.Grains.GetGrain<IIntakeGrain>(0).SubmitAsync(batch)
            : [.. await above.Grain.SubmitAsync(batch[..2]), .. await below.Grain.SubmitAsync(batch[2..])];
    }

    [Fact]
    public async Task Submit_BatchRepeatedWhileItRuns_ChildrenWaitForWhatTheyWaitedFor()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var parents = Enumerable.Range(0, 3).Select(_ => queue.Spec()).ToArray();
        var child = queue.Spec(spec => spec with { Dependencies = [.. parents.Select(parent => new Dependency(parent.Id))] });
        ImmutableArray<TaskSubmission> batch = [.. parents.Append(child).Select(spec => new TaskSubmission { Spec = spec, IdempotencyKey = $"key of {spec.Id}", BodyHash = "body" })];
        await queue.Grain.SubmitAsync(batch);

        foreach (var parent in parents)
        {
            var lease = await agent.TakeAsync();
            Assert.Equal(parent.Id, lease.Task.Spec.Id);
            await Task.WhenAll(agent.CompleteAsync(lease), queue.Grain.SubmitAsync(batch), queue.Grain.SubmitAsync(batch));
        }

        await UntilAsync(async () => await queue.CountsAsync() == (1, 0, 0, 0), "the child is free");
        Assert.Equal(3, (await agent.TakeAsync()).Parents.Length);
        await queue.Grain.SubmitAsync(batch);
        Assert.Equal((0, 0, 0, 1), await queue.CountsAsync());
    }

    [Fact]
    public async Task Submit_BatchWithACycle_NamesThePathAndTakesTheRest()
    {
        var (one, two) = (await QueueAsync(), await QueueAsync());
        var (a, b, c, below, free) = (one.Spec(), two.Spec(), one.Spec(), two.Spec(), one.Spec());
        TaskSpec[] batch = [With(a, b), With(b, c), With(c, a), With(below, a), free];

        var replies = await Silo.Grains.GetGrain<IIntakeGrain>(0).SubmitAsync([.. batch.Select(spec => new TaskSubmission { Spec = spec })]);

        Assert.Equal([NexusError.Impossible, NexusError.Impossible, NexusError.Impossible, NexusError.Impossible, NexusError.None], replies.Select(reply => reply.Error));
        foreach (var reply in replies[..3])
        {
            Assert.Equal("dependencies", reply.Field);
            var path = reply.Message![(reply.Message!.IndexOf(':', StringComparison.Ordinal) + 2)..].TrimEnd('.').Split(" → ");
            Assert.Equal((4, path[0]), (path.Length, path[^1]));
            var next = new Dictionary<string, string> { [a.Id] = b.Id, [b.Id] = c.Id, [c.Id] = a.Id };
            for (var i = 0; i < 3; i++) { Assert.Equal(next[path[i]], path[i + 1]); }
        }
        Assert.Null(await TaskOf(a.Id).GetAsync());
        Assert.Equal(WorkStatus.Pending, await StatusAsync(free.Id));

        static TaskSpec With(TaskSpec spec, TaskSpec parent) => spec with { Dependencies = [new(parent.Id)] };
    }

    [Fact]
    public async Task Submit_ImpossibleParents_AreRefusedItemByItem()
    {
        var queue = await QueueAsync();
        var self = queue.Spec(spec => spec with { Dependencies = [new(spec.Id)] });
        var orphan = queue.Spec(spec => spec with { Dependencies = [new("nowhere")] });
        var good = queue.Spec();

        var replies = await queue.Grain.SubmitAsync([.. new[] { self, orphan, good }.Select(spec => new TaskSubmission { Spec = spec })]);

        Assert.Equal([(NexusError.Impossible, "dependencies[0]"), (NexusError.Impossible, "dependencies[0]"), (NexusError.None, (string?)null)], replies.Select(reply => (reply.Error, reply.Field)));
        Assert.Contains($"{self.Id} → {self.Id}", replies[0].Message, StringComparison.Ordinal);
        Assert.Contains("'nowhere'", replies[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_ToAQueueThatWasNeverMade_IsRefused()
    {
        var nowhere = new QueueUnderTest(Silo, Silo.NewName("nowhere"));
        var queue = await QueueAsync();
        var refusal = await RefusedAsync(NexusError.Impossible, () => nowhere.TrySubmitAsync(nowhere.Spec()));
        Assert.Equal("queue", refusal.Field);

        var replies = await Silo.Grains.GetGrain<IIntakeGrain>(0).SubmitAsync([new() { Spec = nowhere.Spec() }, new() { Spec = queue.Spec() }]);

        Assert.Equal([NexusError.Impossible, NexusError.None], replies.Select(reply => reply.Error));
    }
}
