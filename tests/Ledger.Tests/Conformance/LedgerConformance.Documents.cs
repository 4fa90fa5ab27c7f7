using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger;

public abstract partial class LedgerConformance
{
    [Fact]
    public async Task Documents_EveryMember_ComesBackAsItWasStored()
    {
        var document = NewDocument("Größe \0 🙂", kind: "decision");
        var seq = (await Ledger.CommitAsync([new() { Change = new DocumentInsert(document) }]))[0].Seq;

        await ReopenAsync();

        Same(document with { Seq = seq }, await Ledger.FindDocumentAsync("decision", document.Id));
        Assert.Null(await Ledger.FindDocumentAsync("plan", document.Id));
    }

    [Theory, InlineData(0), InlineData(3_000_000)]
    public async Task Documents_OfAnySize_AreKept(int bytes)
    {
        var body = new byte[bytes];
        new Random(1).NextBytes(body);
        await DoneAsync(new LedgerEntry { Change = new DocumentInsert(NewDocument("model") with { Body = body }) });

        Assert.Equal(body, (await Ledger.FindDocumentAsync("plan", "model"))!.Body);
    }

    [Fact]
    public async Task DocumentUpdate_OfTheStoredVersion_WritesAllButTheTimeOfCreation()
    {
        await DoneAsync(new LedgerEntry { Change = new DocumentInsert(NewDocument("p")) });

        await DoneAsync(new LedgerEntry { Change = new DocumentUpdate(NewDocument("p") with { Version = 2, CreatedAt = Noon.AddYears(1), UpdatedAt = Noon.AddDays(1), Body = [9] }) });

        Same(NewDocument("p") with { Version = 2, UpdatedAt = Noon.AddDays(1), Body = [9] }, await DocumentAsync("p"));
    }

    [Fact]
    public async Task Documents_GuardFails_NothingIsWritten()
    {
        await DoneAsync(new LedgerEntry { Change = new DocumentInsert(NewDocument("p")) });
        LedgerChange[] refused =
        [
            new DocumentInsert(NewDocument("p") with { Body = [9] }), new DocumentUpdate(NewDocument("p") with { Version = 3, Body = [9] }), new DocumentUpdate(NewDocument("other") with { Version = 2 }),
            new DocumentDelete("plan", "p", 2), new DocumentDelete("plan", "other", 1),
        ];

        var results = await Ledger.CommitAsync([.. refused.Select(change => new LedgerEntry { Change = change, Events = [Event("noted")] })]);

        Assert.Equal([CommitOutcome.Exists, CommitOutcome.Conflict, CommitOutcome.Conflict, CommitOutcome.Conflict, CommitOutcome.Conflict], results.Select(result => result.Outcome));
        Same(NewDocument("p"), await DocumentAsync("p"));
        Assert.Empty((await Ledger.ReadEventsAsync(0, Everything, 10)).Events);
    }

    [Fact]
    public async Task DocumentDelete_OfTheStoredVersion_ItIsGoneAndItsPositionIsNotGivenAgain()
    {
        var first = (await Ledger.CommitAsync([new() { Change = new DocumentInsert(NewDocument("p")) }]))[0].Seq;
        await DoneAsync(new LedgerEntry { Change = new DocumentDelete("plan", "p", 1) });

        Assert.Null(await Ledger.FindDocumentAsync("plan", "p"));
        Assert.True((await Ledger.CommitAsync([new() { Change = new DocumentInsert(NewDocument("p")) }]))[0].Seq > first);
    }

    [Fact]
    public async Task Documents_InPages_NewestFirstAndOfTheirKindAlone()
    {
        const int Count = 7;
        await DoneAsync([.. Enumerable.Range(0, Count).Select(i => new LedgerEntry { Change = new DocumentInsert(NewDocument($"p{i}")) })]);
        await DoneAsync(new LedgerEntry { Change = new DocumentInsert(NewDocument("p0", kind: "rule")) });
        var seen = new List<string>();

        for (var before = 0L; await Ledger.ListDocumentsAsync(new("plan", before, Limit: 3)) is { IsEmpty: false } page; before = page[^1].Seq) { seen.AddRange(page.Select(document => document.Id)); }

        Assert.Equal(Enumerable.Range(0, Count).Reverse().Select(i => $"p{i}"), seen);
    }

    [Fact]
    public async Task AllDocuments_MoreThanAPage_EachOnce()
    {
        const int Count = 1001;
        await DoneAsync([.. Enumerable.Range(0, Count).Select(i => new LedgerEntry { Change = new DocumentInsert(NewDocument($"p{i}")) })]);
        await DoneAsync(new LedgerEntry { Change = new DocumentInsert(NewDocument("p0", kind: "rule")) });

        var seen = await Ledger.AllDocumentsAsync("plan").Select(document => document.Id).ToArrayAsync();

        Assert.Equal(Enumerable.Range(0, Count).Reverse().Select(i => $"p{i}"), seen);
    }

    private async Task<Document> DocumentAsync(string id) => await Ledger.FindDocumentAsync("plan", id) is { } found ? found with { Seq = 0 } : throw new InvalidOperationException($"Document {id} is gone.");
}
