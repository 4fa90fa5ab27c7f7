using System.Collections.Immutable;
using CsCheck;
using NexusActors.Coordination;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger;

public abstract partial class LedgerConformance
{
    /// <summary>A step names small numbers only; what they mean depends on the facts at the start of its call.</summary>
    private readonly record struct Step(int Kind, int Which, int Other, int Variant);

    private static readonly Gen<Step[][]> Histories =
        Gen.Select(Gen.Int[0, 14], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 7]).Select(step => new Step(step.Item1, step.Item2, step.Item3, step.Item4)).Array[1, 6].Array[1, 30];

    [Fact]
    public async Task Commit_AnyHistory_LeavesWhatTheModelSays() =>
        await Histories.SampleAsync(
            async history =>
            {
                await using var store = await CreateAsync();
                var model = new LedgerModel();
                foreach (var call in history)
                {
                    var entries = call.Select(step => Entry(step, model)).ToImmutableArray();
                    var actual = await store.Ledger.CommitAsync(entries);
                    var expected = entries.Zip(actual, (entry, result) => model.Apply(entry, result.Seq)).ToArray();
                    SameAll(expected.Select(Comparable), actual.Select(Comparable));
                    SameChildren(model, entries, expected, actual);
                }
                await SameFactsAsync(model, store.Ledger);
                await store.ReopenAsync();
                await SameFactsAsync(model, store.Ledger);
            },
            iter: 150,
            print: history => string.Join('\n', history.Select(call => string.Join("; ", call))));

    private static LedgerEntry Entry(Step step, LedgerModel model)
    {
        var (kind, which, other, variant) = step;
        var agent = "a" + (other % 3);
        switch (kind)
        {
            case 0 or 1:
                Dependency[] parents = variant < 4 ? [] : [new("t" + other), new("t" + variant, ParentFailureRule.Run)];
                var task = NewTask("t" + which, "q" + (other % 2), parents: parents);
                return Insert(task) with
                {
                    Operation = variant % 2 == 0 ? null : new("k" + other, "h" + (variant / 4), task.Id),
                    Experience = variant == 2 ? NewExperience("e" + other) : null,
                };
            case 2 or 3 or 4 or 5 or 6 or 7:
                if (!model.Tasks.TryGetValue("t" + which, out var stored)) { goto default; }
                var stale = kind == 7;
                var next = stored.Next((WorkStatus)(1 + (variant % 7)), agent, variant == 4 ? """{"ok":1}""" : null);
                return Update(stored, stale ? next with { View = next.View with { Version = next.View.Version + (variant % 2 == 0 ? 50 : -1) } } : next) with
                {
                    Tallies = [new(agent, other - 2, Completed: variant % 2, BusySeconds: 0.5), new("a" + (which % 3), -1, Failed: 1)],
                    Experience = variant >= 4 ? NewExperience($"x{which}.{stored.View.Version}", success: variant == 4) : null,
                };
            case 8:
                return new() { Change = new AgentInsert(NewAgent(agent) with { CurrentLoad = variant }), Events = [Event("agent.registered", agent: agent)] };
            case 9:
                return new() { Change = new AgentUpdate(NewAgent(agent) with { Active = variant % 2 == 0, Draining = variant > 3, CurrentLoad = 77 }) };
            case 10:
                return new() { Change = new AgentDelete(agent), Events = [Event("agent.deregistered", agent: agent)] };
            case 11:
                return new() { Change = new ExperienceInsert(NewExperience("e" + which, "s" + (other % 2), variant % 2 == 0, Noon.AddSeconds(variant * 20), "tag" + other)) };
            case 12:
                return variant < 4 ? new() { Change = new QueuePut("q" + (which % 2), new() { MaxLength = variant }) } : new() { Change = new SettingPut("s" + (which % 2), "v" + variant) };
            case 13:
                var (document, version) = (NewDocument("d" + (which % 3), kind: "k" + (other % 2)) with { Body = [(byte)variant] }, model.Documents.GetValueOrDefault(("k" + (other % 2), "d" + (which % 3)))?.Version ?? 0);
                return new()
                {
                    Change = variant switch
                    {
                        < 3 => new DocumentInsert(document),
                        < 7 => new DocumentUpdate(document with { Version = version + (variant == 6 ? 2 : 1), CreatedAt = Noon.AddYears(1) }),
                        _ => new DocumentDelete(document.Kind, document.Id, version),
                    },
                };
            default:
                return new()
                {
                    Touches = [new AgentSeen(agent, Noon.AddSeconds(variant - 2)), new TaskProgressed(model.Tasks.Values.OrderBy(task => task.Seq).ElementAtOrDefault(which)?.Seq ?? long.MaxValue, $$"""{"p":{{variant}}}""")],
                    Tallies = [new(agent, variant - 4)],
                    Events = [Event("noted", "t" + which, agent)],
                };
        }
    }

    private static object Comparable(CommitResult result) =>
        new { result.Outcome, result.Seq, result.FirstAnswer };

    /// <summary>All that were there by then, and none that is not there at the end of the call.</summary>
    private static void SameChildren(LedgerModel model, ImmutableArray<LedgerEntry> entries, CommitResult[] expected, ImmutableArray<CommitResult> actual)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            if (expected[i].Children.IsDefaultOrEmpty && actual[i].Children.IsDefaultOrEmpty) { continue; }
            Assert.Subset(actual[i].Children.ToHashSet(), expected[i].Children.ToHashSet());
            Assert.Subset(model.Children(((TaskUpdate)entries[i].Change!).Next.Id).ToHashSet(), actual[i].Children.ToHashSet());
        }
    }

    /// <summary>All events, once there are so many: they show when every transaction that began before theirs has ended, such as one that makes a partition ahead.</summary>
    private static async Task<ImmutableArray<EventView>> EventsAsync(ILedger ledger, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            var events = (await ledger.ReadEventsAsync(0, Everything, 10_000, CancellationToken.None)).Events;
            if (events.Length >= count || patience.IsCancellationRequested) { return events; }
            try { await ledger.WaitForEventAsync(events.IsEmpty ? 0 : events[^1].Seq, patience.Token); }
            catch (OperationCanceledException) { }
        }
    }

    private static async Task SameFactsAsync(LedgerModel model, ILedger ledger)
    {
        foreach (var task in model.Tasks.Values)
        {
            Same(task, await ledger.FindTaskAsync(task.Id));
            Same(model.Children(task.Id), await ledger.ChildrenAsync(task.Id));
        }
        SameAll(model.Tasks.Values.OrderByDescending(task => task.Seq), await ledger.ListTasksAsync(new()));
        SameAll(
            model.Tasks.Values.GroupBy(task => (task.View.Spec.Queue, task.View.Status)).Select(group => (group.Key.Queue, group.Key.Status, (long)group.Count())).Order(),
            (await ledger.CountTasksAsync()).Order());
        foreach (var queue in new[] { "q0", "q1" })
        {
            var live = new List<string>();
            await foreach (var page in ledger.LiveTasksAsync(queue, SlotRange.All)) { live.AddRange(page.Select(task => task.Id)); }
            var expected = model.Tasks.Values.Where(task => task.View.Spec.Queue == queue && !task.IsFinal).OrderBy(task => task.Seq).ToArray();
            Assert.Equal(expected.Select(task => task.Id), live);
            SameAll(
                expected.SelectMany(child => child.View.Spec.Dependencies.Select(edge => new ParentEdge(
                    child.Seq, edge.TaskId, model.Tasks.GetValueOrDefault(edge.TaskId)?.View.Status ?? WorkStatus.None, edge.OnFailure))),
                await ledger.LiveEdgesAsync(queue, SlotRange.All));
            Same(model.Queues.GetValueOrDefault(queue), await ledger.FindQueueAsync(queue));
        }
        SameAll(model.Agents.Values, await ledger.AgentsAsync());
        foreach (var id in model.Agents.Keys)
        {
            Assert.Equal(
                model.Tasks.Values.Where(task => task.IsHeld && task.View.AssignedAgent == id).OrderBy(task => task.Seq).Select(task => task.Id),
                (await ledger.HeldTasksAsync(id)).Select(task => task.Id));
        }
        var events = await EventsAsync(ledger, model.Events.Count);
        SameAll(model.Events, events.Select(item => item with { Seq = 0 }));
        Assert.Equal(events.Select(item => item.Seq).Distinct().Order(), events.Select(item => item.Seq));
        var experiences = await ledger.ListExperiencesAsync(new() { Limit = 10_000 });
        SameAll(model.Experiences.OrderBy(one => one.Id, StringComparer.Ordinal), experiences.OrderBy(one => one.Id, StringComparer.Ordinal).Select(one => one with { Seq = 0 }));
        Assert.Equal(experiences.Select(one => one.Seq).Distinct().OrderDescending(), experiences.Select(one => one.Seq));
        var counts = await ledger.CountExperiencesAsync(Noon.AddSeconds(30));
        Assert.Equal(
            (model.Experiences.Count, model.Experiences.Count(one => one.Success), model.Experiences.Count(one => one.Timestamp >= Noon.AddSeconds(30))),
            ((int)counts.Total, (int)counts.Successful, (int)counts.Recent));
        foreach (var operation in model.Operations.Values) { Assert.Equal(operation, await ledger.FindOperationAsync(operation.Key)); }
        foreach (var kind in new[] { "k0", "k1" })
        {
            var expected = model.Documents.Values.Where(document => document.Kind == kind).OrderByDescending(document => document.Seq).ToArray();
            SameAll(expected, await ledger.ListDocumentsAsync(new(kind)));
            foreach (var document in expected) { Same(document, await ledger.FindDocumentAsync(kind, document.Id)); }
        }
        foreach (var (name, value) in model.Settings) { Assert.Equal(value, await ledger.FindSettingAsync(name)); }
    }
}
