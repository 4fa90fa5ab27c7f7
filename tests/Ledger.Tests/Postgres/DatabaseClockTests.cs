using CsCheck;
using Microsoft.Extensions.Time.Testing;
using NexusActors.Servers;

namespace NexusActors.Ledger.Postgres;

public sealed class DatabaseClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>One look: pause before it, way of the question, way of the answer, all in milliseconds; by how much the machine's own clock is set meanwhile, in seconds.</summary>
    private static readonly Gen<(int Pause, int There, int Back, int Jump)> Look = Gen.Select(Gen.Int[0, 2000], Gen.Int[0, 300], Gen.Int[0, 300], Gen.Int[-4000, 4000]);

    [Fact]
    public void Saw_AnySequenceOfLooks_IsNoFurtherOffThanTheLastAnswerTook() => Gen.Select(Gen.Int[-7200, 7200], Look.Array[1, 20]).Sample((offset, looks) =>
    {
        var machine = new SteppedTime(Noon);
        var clock = new DatabaseClock(machine);
        var ahead = TimeSpan.FromSeconds(offset);
        foreach (var (pause, there, back, jump) in looks)
        {
            machine.Pass(pause);
            machine.Set(TimeSpan.FromSeconds(jump));
            var asked = clock.GetTimestamp();
            machine.Pass(there);
            var reading = machine.True + ahead;
            machine.Pass(back);
            clock.Saw(asked, reading.UtcDateTime);

            var error = clock.GetUtcNow() - (machine.True + ahead);
            Assert.InRange(error.TotalMilliseconds, -back, there);
        }
    });

    [Fact]
    public void Saw_AnswerThatAgrees_MovesNothing()
    {
        var machine = new SteppedTime(Noon);
        var clock = new DatabaseClock(machine);
        Take(there: 5, back: 5);
        var before = clock.GetUtcNow();

        Take(there: 400, back: 300);

        Assert.Equal(TimeSpan.FromMilliseconds(700), clock.GetUtcNow() - before);

        void Take(int there, int back)
        {
            var asked = clock.GetTimestamp();
            machine.Pass(there);
            var reading = machine.True.AddHours(1);
            machine.Pass(back);
            clock.Saw(asked, reading.UtcDateTime);
        }
    }

    [Fact]
    public async Task LookAsync_MachineIsAnHourOff_ShowsTheServersTime()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = PostgresLedgerHosting.Source(new() { ConnectionString = database.ConnectionString }, null);
        var machine = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(-1));
        var clock = new DatabaseClock(machine);

        await clock.LookAsync(source, CancellationToken.None);

        Assert.InRange(clock.GetUtcNow() - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
    }

    /// <summary>A machine whose time of day is set now and then, and whose monotonic clock is true.</summary>
    private sealed class SteppedTime(DateTimeOffset start) : TimeProvider
    {
        private TimeSpan _set;
        private long _milliseconds;

        public DateTimeOffset True => start.AddMilliseconds(_milliseconds);

        public override long TimestampFrequency => 1000;

        public void Pass(int milliseconds) => _milliseconds += milliseconds;

        public void Set(TimeSpan by) => _set += by;

        public override long GetTimestamp() => _milliseconds;

        public override DateTimeOffset GetUtcNow() => True + _set;
    }
}
