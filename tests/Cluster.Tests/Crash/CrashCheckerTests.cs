using CsCheck;
using NexusActors.Samples.Agent;

namespace NexusActors.Crash;

/// <summary>The checker accepts honest runs and catches every forgery.</summary>
public sealed class CrashCheckerTests
{
    private static readonly CrashRecord Small = HonestRun.Of(
    [
        new SubmittedTask { Id = "t1-f1" },
        new SubmittedTask { Id = "t2", Parents = [new Edge("t1-f1")] },
        new SubmittedTask { Id = "t3-x", Poison = true },
        new SubmittedTask { Id = "t4", Parents = [new Edge("t3-x")] },
        new SubmittedTask { Id = "t5", Parents = [new Edge("t3-x", "run"), new Edge("t2")] },
    ], new Random(3));

    [Fact]
    public void Check_HonestRuns_FindsNothing() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int).Sample((count, seed) =>
        {
            var chance = new Random(seed);
            Assert.Empty(CrashChecker.Check(HonestRun.Of(Workload.Make(count, chance), chance)));
        }, iter: 200);

    [Fact]
    public void Check_AnyEventTakenOut_IsCaught() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int, Gen.Int[0, int.MaxValue]).Sample((count, seed, which) =>
        {
            var chance = new Random(seed);
            var record = HonestRun.Of(Workload.Make(count, chance), chance);
            Assert.NotEmpty(CrashChecker.Check(record with { Events = record.Events.RemoveAt(which % record.Events.Length) }));
        }, iter: 300);

    [Fact]
    public void Check_AnyEventTwice_IsCaught() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int, Gen.Int[0, int.MaxValue]).Sample((count, seed, which) =>
        {
            var chance = new Random(seed);
            var record = HonestRun.Of(Workload.Make(count, chance), chance);
            var doubled = record.Events[which % record.Events.Length] with { Seq = record.Events[^1].Seq + 1 };
            Assert.NotEmpty(CrashChecker.Check(record with { Events = record.Events.Add(doubled) }));
        }, iter: 300);

    public static TheoryData<string, string> Forgeries => new()
    {
        { "task missing", Rules.NoneLost },
        { "task twice", Rules.NoneLost },
        { "task invented", Rules.NoneLost },
        { "history missing", Rules.NoneLost },
        { "completed twice", Rules.EndsOnce },
        { "two completions acknowledged", Rules.EndsOnce },
        { "lease after the end", Rules.EndsOnce },
        { "two leases at once", Rules.OneLease },
        { "one attempt with two tokens", Rules.OneLease },
        { "stale completion wins", Rules.OneLease },
        { "completion without a lease", Rules.OneLease },
        { "attempt number skipped", Rules.AttemptsGrow },
        { "attempt count wrong", Rules.AttemptsGrow },
        { "lease taken away early", Rules.LeaseTime },
        { "events out of order", Rules.EventOrder },
        { "child before parent", Rules.Parents },
        { "child of a failed parent", Rules.Parents },
        { "poison completed", Rules.Outcome },
        { "skipped child failed", Rules.Outcome },
        { "too many retries", Rules.Limits },
        { "too many losses", Rules.Limits },
        { "retries miscounted", Rules.Limits },
        { "experience missing", Rules.Experiences },
        { "experience twice", Rules.Experiences },
        { "experience invented", Rules.Experiences },
        { "grant not in the history", Rules.Grants },
        { "one token for two tasks", Rules.Grants },
        { "answer without a grant", Rules.Grants },
        { "acknowledged and not in the history", Rules.Acknowledged },
        { "acknowledged and by another agent", Rules.Acknowledged },
        { "refused and in the history", Rules.Refused },
        { "two outcomes of one lease", Rules.TokenOnce },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void Check_Forgery_IsCaughtByItsRule(string forgery, string rule)
    {
        Assert.Empty(CrashChecker.Check(Small));

        var violations = CrashChecker.Check(Forge(Small, forgery));

        Assert.Contains(violations, violation => violation.Rule == rule);
    }

    private static CrashRecord Forge(CrashRecord honest, string forgery)
    {
        var last = honest.Events[^1].Seq + 1;
        var done = honest.Events.First(happened => happened is { Type: EventTypes.Completed, TaskId: "t2" });
        var given = honest.Events.Last(happened => happened is { Type: EventTypes.Assigned, TaskId: "t2" });
        return forgery switch
        {
            "task missing" => honest with { Tasks = honest.Tasks.RemoveAt(1) },
            "task twice" => honest with { Tasks = honest.Tasks.Add(honest.Tasks[1]) },
            "task invented" => honest with { Tasks = honest.Tasks.Add(new LedgerTask { Id = "t9", Status = "completed" }) },
            "history missing" => honest with { Events = honest.Events.RemoveAll(happened => happened.TaskId == "t4") },
            "completed twice" => Append(honest, done with { Seq = last }),
            "two completions acknowledged" => Journal(honest, "a1", Line(JournalEvents.Leased, "t2", 9, "k9"), Line(JournalEvents.Accepted, "t2", 9, "k9", "complete")),
            "lease after the end" => Append(honest, given with { Seq = last, Attempt = given.Attempt + 1 }),
            "two leases at once" => Insert(honest, given, given with { Attempt = given.Attempt + 1, AgentId = "a9" }),
            "one attempt with two tokens" => Journal(honest, given.AgentId!, Line(JournalEvents.Leased, "t2", given.Attempt!.Value, "other")),
            "stale completion wins" => Replace(honest, done, done with { Attempt = done.Attempt - 1 }),
            "completion without a lease" => honest with { Events = honest.Events.Remove(given) },
            "attempt number skipped" => Replace(honest, given, given with { Attempt = given.Attempt + 1 }),
            "attempt count wrong" => Task(honest, "t2", task => task with { Attempt = task.Attempt + 1 }),
            "lease taken away early" => Insert(honest, given,
                new TaskEvent(0, given.At + TimeSpan.FromSeconds(1), EventTypes.LeaseLost, "t2", given.AgentId, given.Attempt)),
            "events out of order" => honest with { Events = honest.Events.SetItem(2, honest.Events[2] with { Seq = 1 }) },
            "child before parent" => honest with { Events = [honest.Events.First(happened => happened is { Type: EventTypes.Assigned, TaskId: "t2" }) with { Seq = 0 }, .. honest.Events] },
            "child of a failed parent" => Append(honest, given with { Seq = last, TaskId = "t4", Attempt = 1 }),
            "poison completed" => Task(honest, "t3-x", task => task with { Status = "completed" }),
            "skipped child failed" => Task(honest, "t4", task => task with { Status = "failed" }),
            "too many retries" => Limit(honest, "t1-f1", task => task with { MaxRetries = 0 }),
            "too many losses" => Limit(Insert(honest, given, new TaskEvent(0, given.At + HonestRun.LeaseTime, EventTypes.LeaseLost, "t2", given.AgentId, given.Attempt)), "t2", task => task with { MaxLosses = 0 }),
            "retries miscounted" => Task(honest, "t1-f1", task => task with { RetryCount = task.RetryCount + 1 }),
            "experience missing" => honest with { Experiences = honest.Experiences.RemoveAt(0) },
            "experience twice" => honest with { Experiences = honest.Experiences.Add(honest.Experiences[0]) },
            "experience invented" => honest with { Experiences = honest.Experiences.Add("task:t9:1") },
            "grant not in the history" => Journal(honest, "a1", Line(JournalEvents.Leased, "t2", 9, "k9")),
            "one token for two tasks" => Journal(honest, "a1", Line(JournalEvents.Leased, "t4", 1, TokenOf(honest, done))),
            "answer without a grant" => Journal(honest, "a1", Line(JournalEvents.Accepted, "t2", 9, "k9", "complete")),
            "acknowledged and not in the history" => Journal(honest, "a1", Line(JournalEvents.Leased, "t2", 9, "k9"), Line(JournalEvents.Accepted, "t2", 9, "k9", "fail")),
            "acknowledged and by another agent" => Replace(honest, done, done with { AgentId = "a9" }),
            "refused and in the history" => Journal(honest, done.AgentId!, Line(JournalEvents.Refused, "t2", done.Attempt!.Value, TokenOf(honest, done), "complete", "lease_lost")),
            "two outcomes of one lease" => Journal(honest, done.AgentId!, Line(JournalEvents.Accepted, "t2", done.Attempt!.Value, TokenOf(honest, done), "return")),
            _ => throw new ArgumentOutOfRangeException(nameof(forgery)),
        };
    }

    private static CrashRecord Append(CrashRecord record, TaskEvent happened) => record with { Events = record.Events.Add(happened) };

    private static CrashRecord Replace(CrashRecord record, TaskEvent old, TaskEvent with) => record with { Events = record.Events.Replace(old, with) };

    /// <summary>Puts an event right after another and numbers anew.</summary>
    private static CrashRecord Insert(CrashRecord record, TaskEvent after, TaskEvent happened) =>
        record with { Events = [.. record.Events.Insert(record.Events.IndexOf(after) + 1, happened).Select((item, i) => item with { Seq = i + 1 })] };

    private static CrashRecord Task(CrashRecord record, string id, Func<LedgerTask, LedgerTask> change) =>
        record with { Tasks = [.. record.Tasks.Select(task => task.Id == id ? change(task) : task)] };

    private static CrashRecord Limit(CrashRecord record, string id, Func<SubmittedTask, SubmittedTask> change) =>
        record with { Submitted = [.. record.Submitted.Select(task => task.Id == id ? change(task) : task)] };

    private static CrashRecord Journal(CrashRecord record, string agent, params JournalLine[] lines) =>
        record with { Journals = [.. record.Journals.Select(journal => journal.AgentId == agent ? journal with { Lines = journal.Lines.AddRange(lines) } : journal)] };

    private static string TokenOf(CrashRecord record, TaskEvent lease) =>
        record.Journals.SelectMany(journal => journal.Lines).First(line => line.Event == JournalEvents.Leased && line.Task == lease.TaskId && line.Attempt == lease.Attempt).Token!;

    private static JournalLine Line(string happened, string task, int attempt, string token, string? outcome = null, string? detail = null) =>
        new() { Event = happened, Task = task, Attempt = attempt, Token = token, Outcome = outcome, Detail = detail };
}
