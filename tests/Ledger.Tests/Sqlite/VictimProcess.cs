using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NexusActors.Coordination;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger.Sqlite;

/// <summary>A ledger in a process of its own, to be killed.</summary>
internal static class VictimProcess
{
    private const int Workers = 16;

    /// <summary>Starts this assembly as a program with these words.</summary>
    public static Process Start(params string[] words)
    {
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var word in new[] { "exec", typeof(VictimProcess).Assembly.Location }.Concat(words)) { start.ArgumentList.Add(word); }
        return Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
    }

    /// <summary>Moves tasks through their lives with many callers until killed, and says on standard output what was acknowledged: <c>id version</c>, one a line.</summary>
    public static async Task<int> WriteAsync(string path, int seed)
    {
        var ledger = SqliteStore.Open(new() { Path = path, CheckpointPages = 64 });
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(ledger, $"{seed}.{worker}", new Random((seed * Workers) + worker)))));
        return 0;
    }

    /// <summary>Opens the ledger and keeps it until standard input ends; says how that went.</summary>
    public static async Task<int> HoldAsync(string path)
    {
        try
        {
            await using var ledger = SqliteStore.Open(new() { Path = path });
            Console.WriteLine("open");
            await Console.In.ReadToEndAsync();
            return 0;
        }
        catch (InvalidOperationException refusal)
        {
            Console.WriteLine(refusal.Message);
            return 1;
        }
    }

    private static async Task WorkAsync(SqliteLedger ledger, string name, Random random)
    {
        for (var i = 0; ; i++)
        {
            var task = NewTask($"{name}.{i}", queue: "q" + random.Next(3));
            task = task.At((await CommitAsync(ledger, Insert(task))).Seq);
            Acknowledged(task);
            var held = task.Next(WorkStatus.InProgress, "a1");
            await CommitAsync(ledger, Update(task, held));
            Acknowledged(held);
            var ended = held.Next(random.Next(4) == 0 ? WorkStatus.Failed : WorkStatus.Completed, result: $$"""{"padding":"{{new string('x', random.Next(3000))}}"}""");
            await CommitAsync(ledger, Update(held, ended) with { Experience = NewExperience(ended.Id, success: ended.View.Status == WorkStatus.Completed, tags: "task") });
            Acknowledged(ended);
        }
    }

    private static async Task<CommitResult> CommitAsync(SqliteLedger ledger, LedgerEntry entry)
    {
        var result = (await ledger.CommitAsync([entry], CancellationToken.None))[0];
        return result.Outcome == CommitOutcome.Done ? result : throw new InvalidOperationException($"{result.Outcome}");
    }

    private static void Acknowledged(TaskState task) => Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task.Id} {task.View.Version}"));
}
