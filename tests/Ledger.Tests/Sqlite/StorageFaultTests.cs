using NexusActors.Errors;
using Xunit.Abstractions;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Storage that refuses writes is said so, loses nothing, and is used again when it recovers.</summary>
public sealed class StorageFaultTests(ITestOutputHelper output)
{
    private const int Callers = 8;

    [Fact]
    public async Task DiskFull_ThenRoomAgain_RefusesLosesNothingAndGoesOn()
    {
        using var disk = SmallDisk.Make();
        output.WriteLine($"The disk is {disk.Kind}.");
        var options = new SqliteLedgerOptions { Path = Path.Combine(disk.Folder, "data", "nexus.db"), CheckpointPages = 64, Readers = 2 };
        var acknowledged = new List<string>();
        var refused = new Dictionary<string, NexusException>();
        var ledger = SqliteStore.Open(options);
        try
        {
            disk.Shrink(options);
            await ledger.DisposeAsync();
            ledger = SqliteStore.Open(options);
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => FillAsync(ledger, $"full{caller}", acknowledged, refused)));
            output.WriteLine($"{acknowledged.Count} calls acknowledged until the disk was full, {refused.Count} refused.");
            await CheckAsync(ledger, acknowledged, refused.Keys);
            Assert.All(refused.Values, refusal =>
            {
                Assert.Equal(TimeSpan.FromSeconds(1), refusal.RetryAfter);
                Assert.DoesNotContain(disk.Folder, refusal.Message, StringComparison.Ordinal);
            });
            Assert.Contains(refused.Values, refusal => refusal.Message.Contains("the disk is full", StringComparison.Ordinal));

            disk.Grow(options);
            foreach (var id in refused.Keys)
            {
                await ledger.CommitAsync([Large(id)], CancellationToken.None);
                acknowledged.Add(id);
            }
            await CheckAsync(ledger, acknowledged, []);

            await ledger.DisposeAsync();
            ledger = SqliteStore.Open(options);
            await CheckAsync(ledger, acknowledged, []);
        }
        finally
        {
            await ledger.DisposeAsync();
            Directory.Delete(Path.Combine(disk.Folder, "data"), recursive: true);
        }
    }

    [Fact]
    public async Task FileMadeImmutable_ThenFreed_RefusesLosesNothingAndGoesOn()
    {
        await using var store = new SqliteStore();
        await store.Ledger.CommitAsync([Insert(NewTask("before"))]);
        string[] files = [store.Options.Path, store.Options.Path + "-wal"];
        if (!OperatingSystem.IsLinux() || !SmallDisk.Run("chattr", ["+i", .. files]))
        {
            output.WriteLine("Not tried: this machine or its file system has no immutable files, or the user may not make them.");
            return;
        }
        try
        {
            var refusal = await Assert.ThrowsAsync<NexusException>(() => store.Ledger.CommitAsync([Insert(NewTask("during"))]));
            Assert.Equal(NexusError.StorageUnavailable, refusal.Error);
            Assert.DoesNotContain(Path.GetDirectoryName(store.Options.Path)!, refusal.Message, StringComparison.Ordinal);
            refusal = await Assert.ThrowsAsync<NexusException>(() => store.Ledger.CommitAsync([Insert(NewTask("during"))]));
            output.WriteLine(refusal.Message);
            Assert.NotNull(await store.Ledger.FindTaskAsync("before"));
        }
        finally
        {
            SmallDisk.Run("chattr", ["-i", .. files]);
        }

        Assert.Null(await store.Ledger.FindTaskAsync("during"));
        Assert.Equal(CommitOutcome.Done, (await store.Ledger.CommitAsync([Insert(NewTask("after"))]))[0].Outcome);
        await store.ReopenAsync();
        Assert.Equal(["after", "before"], (await store.Ledger.ListTasksAsync(new())).Select(task => task.Id));
    }

    [Fact]
    public async Task FileThatMayNotBeWritten_AtStart_IsRefusedAndAcceptedOnceItMay()
    {
        await using var store = new SqliteStore();
        await store.Ledger.CommitAsync([Insert(NewTask("before"))]);
        await store.CloseAsync();
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess ? !SmallDisk.Run("chattr", "+i", store.Options.Path) : !SmallDisk.Run("chmod", "a-w", store.Options.Path))
        {
            output.WriteLine("Not tried: this user writes every file.");
            await store.ReopenAsync();
            return;
        }

        try
        {
            var refusal = Assert.Throws<NexusException>(() => store.Open());
            output.WriteLine(refusal.Message);
            Assert.Equal(NexusError.StorageUnavailable, refusal.Error);
        }
        finally
        {
            _ = SmallDisk.Run("chattr", "-i", store.Options.Path) | SmallDisk.Run("chmod", "u+w", store.Options.Path);
        }
        await store.ReopenAsync();
        Assert.NotNull(await store.Ledger.FindTaskAsync("before"));
    }

    [Fact]
    public async Task FileThatIsNoDatabase_AtStart_IsRefused()
    {
        await using var store = new SqliteStore();
        await store.CloseAsync();
        await File.WriteAllTextAsync(store.Options.Path, new string('x', 100_000));

        Assert.Equal(NexusError.StorageUnavailable, Assert.Throws<NexusException>(() => store.Open()).Error);
    }

    private static LedgerEntry Large(string id) =>
        Insert(NewTask(id)) with { Events = [Event("task.submitted", id, data: $$"""{"padding":"{{new string('x', 20_000)}}"}"""), Event("second", id)] };

    /// <summary>Submits until three calls in a row are refused.</summary>
    private static async Task FillAsync(SqliteLedger ledger, string name, List<string> acknowledged, Dictionary<string, NexusException> refused)
    {
        for (var (i, inRow) = (0, 0); inRow < 3; i++)
        {
            var id = $"{name}.{i}";
            try
            {
                await ledger.CommitAsync([Large(id)], CancellationToken.None);
                lock (acknowledged) { acknowledged.Add(id); }
                inRow = 0;
            }
            catch (NexusException refusal) when (refusal.Error == NexusError.StorageUnavailable)
            {
                lock (refused) { refused.Add(id, refusal); }
                inRow++;
            }
        }
    }

    private static async Task CheckAsync(SqliteLedger ledger, List<string> acknowledged, IReadOnlyCollection<string> refused)
    {
        var stored = (await ledger.ListTasksAsync(new() { Limit = int.MaxValue }, CancellationToken.None)).Select(task => task.Id).ToHashSet();
        Assert.Subset(stored, acknowledged.ToHashSet());
        Assert.Empty(stored.Intersect(refused));
        Assert.Equal(acknowledged.Count, stored.Count);
        var events = await ledger.ReadEventsAsync(0, new() { Types = ["second"] }, int.MaxValue, CancellationToken.None);
        Assert.Equal(stored.Order(), events.Events.Select(item => item.TaskId!).Order());
        Assert.Equal(stored.Count, (await ledger.CountTasksAsync(CancellationToken.None)).Sum(count => count.Count));
    }
}
