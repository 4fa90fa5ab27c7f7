using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NexusActors.Coordination;
using NexusActors.Learning.Rules;

namespace NexusActors.Learning;

public sealed class RuleUsageTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly RuleStatement First = RuleStatement.Of(SampleRules.Rule("first", true, default, SampleRules.Large)), Second = RuleStatement.Of(SampleRules.Rule("second", true, default, SampleRules.Small));

    private readonly FakeTimeProvider _time = new(Noon);
    private readonly List<(string Stream, RuleUse[] Uses)> _written = [];
    private Exception? _failure;

    [Fact]
    public async Task Execute_ManyUsesInAPeriod_AreWrittenOnceForEachStream()
    {
        using var usage = Usage();
        await usage.StartAsync(CancellationToken.None);
        for (var i = 0; i < 100; i++) { usage.Count("a", [First, Second], Noon.AddSeconds(i)); }
        usage.Count("b", [First], Noon);

        while (_written.Count < 2 && !usage.ExecuteTask!.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }
        await usage.StopAsync(CancellationToken.None);

        Assert.Equal(["a", "b"], _written.Select(call => call.Stream));
        Assert.Equal([new("first", 100, Noon.AddSeconds(99)), new("second", 100, Noon.AddSeconds(99))], _written[0].Uses);
    }

    [Fact]
    public async Task Stop_UsesThatAreNotWritten_AreWritten()
    {
        using var usage = Usage();
        usage.Count("a", [First], Noon);

        await usage.StopAsync(CancellationToken.None);
        await usage.StopAsync(CancellationToken.None);

        Assert.Equal([new("first", 1, Noon)], Assert.Single(_written).Uses);
    }

    [Fact]
    public async Task Stop_TheirOwnerCannotBeReached_AreKeptForTheNextTime()
    {
        using var usage = Usage();
        usage.Count("a", [First], Noon);
        _failure = new TimeoutException();
        await usage.StopAsync(CancellationToken.None);
        usage.Count("a", [First], Noon.AddSeconds(-1));
        _failure = null;

        await usage.StopAsync(CancellationToken.None);

        Assert.Equal([new("first", 2, Noon)], Assert.Single(_written).Uses);
    }

    private RuleUsage Usage() => new(SimulatedGrains.Of((_, stream) => SimulatedGrain.Of<IStreamRulesGrain>((nameof(IStreamRulesGrain.UseAsync), args => WriteAsync(stream, (ImmutableArray<RuleUse>)args[0]!)))), new Settings(), _time, new Started(), NullLogger<RuleUsage>.Instance);

    private Task WriteAsync(string stream, ImmutableArray<RuleUse> uses)
    {
        if (_failure is not null) { return Task.FromException(_failure); }
        _written.Add((stream, [.. uses.OrderBy(use => use.RuleId, StringComparer.Ordinal)]));
        return Task.CompletedTask;
    }

    private sealed class Settings : IOptionsMonitor<RuleOptions>
    {
        public RuleOptions CurrentValue { get; } = new();

        public RuleOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<RuleOptions, string?> listener) => null;
    }

    private sealed class Started : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => new(canceled: true);
        public CancellationToken ApplicationStopping => CancellationToken.None;
        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new NotSupportedException();
    }
}
