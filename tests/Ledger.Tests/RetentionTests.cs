using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NexusActors.Errors;

namespace NexusActors.Ledger;

/// <summary>When old facts are removed, and how much at a time.</summary>
public sealed class RetentionTests
{
    /// <summary>A ledger that answers from a script and notes what was asked.</summary>
    private sealed class Script(params Func<Trimmed>[] answers) : ILedgerRetention
    {
        private int _next;

        public List<TrimPortion> Asked { get; } = [];

        public Task<Trimmed> TrimAsync(TrimPortion portion, CancellationToken cancellation)
        {
            lock (Asked) { Asked.Add(portion); }
            return Task.FromResult(answers[Math.Min(_next++, answers.Length - 1)]());
        }

        public Task<int> EraseAsync(ImmutableArray<long> seqs, CancellationToken cancellation) => throw new NotSupportedException();

        public int Count
        {
            get { lock (Asked) { return Asked.Count; } }
        }
    }

    private static readonly Func<Trimmed> Done = () => new(0, 0, 7, true);

    private static async Task RunAsync(Script ledger, RetentionOptions options, FakeTimeProvider time, Func<Task> meanwhile)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var retention = new Retention(ledger, new OnlyTurn(), Options.Create(options), new(services.GetRequiredService<IMeterFactory>()), time, NullLogger<Retention>.Instance);
        await retention.StartAsync(CancellationToken.None);
        await meanwhile();
        await retention.StopAsync(CancellationToken.None);
    }

    private static async Task AskedAsync(Script ledger, FakeTimeProvider time, int times)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (ledger.Count < times)
        {
            if (ledger.Count > 0) { time.Advance(TimeSpan.FromMinutes(1)); }
            await Task.Delay(1, limit.Token);
        }
    }

    [Fact]
    public async Task Pass_SeveralPortions_GoesOnWhereTheLastOneEndedAndStartsAnewNextTime()
    {
        var time = new FakeTimeProvider();
        var start = time.GetUtcNow();
        var ledger = new Script(() => new(500, 0, 500, false), () => new(3, 500, 503, false), Done);

        await RunAsync(ledger, new(), time, () => AskedAsync(ledger, time, 4));

        Assert.Equal([0, 500, 503, 0], ledger.Asked.Take(4).Select(portion => portion.After));
        Assert.Equal((start.AddDays(-30), start.AddDays(-7)), (ledger.Asked[0].EventsBefore, ledger.Asked[0].OperationsBefore));
        Assert.True(ledger.Asked[3].EventsBefore >= start.AddDays(-30) + Retention.Period);
    }

    [Fact]
    public async Task Pass_StorageFails_IsTriedAgain()
    {
        var time = new FakeTimeProvider();
        var ledger = new Script(() => throw new NexusException(NexusError.StorageUnavailable, "disk full"), Done);

        await RunAsync(ledger, new(), time, () => AskedAsync(ledger, time, 2));
    }

    [Fact]
    public async Task Pass_OneKindForEver_RemovesTheOtherAlone()
    {
        var time = new FakeTimeProvider();
        var ledger = new Script(Done);

        await RunAsync(ledger, new() { EventRetention = TimeSpan.Zero }, time, () => AskedAsync(ledger, time, 1));

        Assert.Equal((DateTimeOffset.MinValue, time.Start.AddDays(-7)), (ledger.Asked[0].EventsBefore, ledger.Asked[0].OperationsBefore));
    }

    [Fact]
    public async Task Run_EverythingForEver_AsksForNothing()
    {
        var time = new FakeTimeProvider();
        var ledger = new Script(Done);

        await RunAsync(ledger, new() { EventRetention = TimeSpan.Zero, OperationRetention = TimeSpan.Zero }, time, () => Task.CompletedTask);

        Assert.Empty(ledger.Asked);
    }

    [Theory, InlineData("01:00:00", true), InlineData("00:00:00", true), InlineData("00:59:59", false)]
    public void Validate_Times_AreZeroOrAtLeastAnHour(string kept, bool valid)
    {
        var time = TimeSpan.Parse(kept, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(valid, new RetentionOptionsValidator().Validate(null, new() { EventRetention = time }).Succeeded);
        Assert.Equal(valid, new RetentionOptionsValidator().Validate(null, new() { OperationRetention = time }).Succeeded);
    }
}
