using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace NexusActors.Optimization;

/// <summary>The loop against a folder that looks like /proc and a clock that the test moves.</summary>
public sealed class MachineSamplerTests : IDisposable
{
    private readonly string _proc = Directory.CreateTempSubdirectory("proc").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly TargetDouble _target = new();
    private readonly HostDouble _host = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose()
    {
        _services.Dispose();
        _host.Dispose();
        Directory.Delete(_proc, recursive: true);
    }

    [Fact]
    public async Task Execute_EachPeriod_SendsOneBatchWithTheShareSinceTheLast()
    {
        Show(busy: 0, total: 0);
        await using var sampler = await RunAsync();
        _host.Start();
        Assert.DoesNotContain(await _target.NextAsync(), sample => sample.Metric == MetricNames.CpuUsage);

        Show(busy: 30, total: 100);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(30, Assert.Single(await _target.NextAsync(), sample => sample.Metric == MetricNames.CpuUsage).Value);
    }

    [Fact]
    public async Task Execute_BeforeTheHostHasStarted_SendsNothing()
    {
        Show(busy: 0, total: 0);
        await using var sampler = await RunAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_target.HasAny);

        _host.Start();
        await _target.NextAsync();
    }

    [Fact]
    public async Task Execute_TargetOrFileFails_CountsAndGoesOn()
    {
        using var counted = new MetricCount(_services.GetRequiredService<IMeterFactory>(), "nexus.optimization.sampling_failures");
        Show(busy: 0, total: 0);
        _target.FailNext(new TimeoutException("no silo"));
        await using var sampler = await RunAsync();
        _host.Start();
        await _target.NextAsync();

        File.WriteAllText(Path.Combine(_proc, "stat"), "cpu  damaged 1 2 3 4\n");
        await AdvanceUntilAsync(() => counted.Value == 2);
        Show(busy: 30, total: 100);
        await AdvanceUntilAsync(() => _target.HasAny);
        Assert.Equal(2, counted.Value);
    }

    [Fact]
    public async Task Execute_PlatformWithoutProc_EndsByItself()
    {
        await using var sampler = await RunAsync();
        await sampler.Service.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(_target.HasAny);
    }

    [Fact]
    public async Task Execute_SwitchedOff_EndsByItself()
    {
        Show(busy: 0, total: 0);
        await using var sampler = await RunAsync(new() { MonitoringEnabled = false });
        await sampler.Service.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(_target.HasAny);
    }

    private void Show(long busy, long total) => File.WriteAllText(Path.Combine(_proc, "stat"), $"cpu  {busy} 0 0 {total - busy} 0 0 0 0 0 0\n");

    /// <summary>Moves the clock, one failed tick at most per step, until the loop has noticed.</summary>
    private async Task AdvanceUntilAsync(Func<bool> seen)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        _time.Advance(TimeSpan.FromSeconds(1));
        while (!seen())
        {
            Assert.True(DateTime.UtcNow < deadline, "the loop did not come to it within 30 s");
            await Task.Delay(5);
        }
    }

    private async Task<Running> RunAsync(OptimizationOptions? options = null)
    {
        var service = new MachineSampler(
            _ => _target, new MachineProbe(_proc, "/"), Options.Create(options ?? new()), new OptimizationMetrics(_services.GetRequiredService<IMeterFactory>()),
            _time, _host, NullLogger<MachineSampler>.Instance);
        await service.StartAsync(CancellationToken.None);
        return new(service);
    }

    private sealed record Running(MachineSampler Service) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Service.StopAsync(CancellationToken.None);
            await Service.ExecuteTask!;
            Service.Dispose();
        }
    }

    private sealed class TargetDouble : ITargetGrain
    {
        private readonly Channel<ImmutableArray<MetricSample>> _batches = Channel.CreateUnbounded<ImmutableArray<MetricSample>>();
        private Exception? _fault;

        public bool HasAny => _batches.Reader.Count > 0;

        public void FailNext(Exception fault) => _fault = fault;

        public async Task<ImmutableArray<MetricSample>> NextAsync() => await _batches.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        public Task RecordAsync(ImmutableArray<MetricSample> samples, CancellationToken cancellation)
        {
            _batches.Writer.TryWrite(samples);
            return Interlocked.Exchange(ref _fault, null) is { } fault ? Task.FromException(fault) : Task.CompletedTask;
        }

        public Task<TargetView> GetAsync(CancellationToken cancellation) => throw new NotSupportedException();
    }

    private sealed class HostDouble : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _started = new();
        public CancellationToken ApplicationStarted => _started.Token;
        public CancellationToken ApplicationStopping => CancellationToken.None;
        public CancellationToken ApplicationStopped => CancellationToken.None;
        public void Start() => _started.Cancel();
        public void StopApplication() => throw new NotSupportedException();
        public void Dispose() => _started.Dispose();
    }

    private sealed class MetricCount : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _value;

        public MetricCount(IMeterFactory meters, string name)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name && ReferenceEquals(instrument.Meter.Scope, meters)) { listener.EnableMeasurementEvents(instrument); }
            };
            _listener.SetMeasurementEventCallback<long>((_, measured, _, _) => Interlocked.Add(ref _value, measured));
            _listener.Start();
        }

        public long Value => Interlocked.Read(ref _value);

        public void Dispose() => _listener.Dispose();
    }
}
