using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace NexusActors.Hosting;

/// <summary>Which failures that nobody looked at are faults.</summary>
public sealed class FaultLogTests
{
    [Fact]
    public async Task Unobserved_TaskThatThrew_IsWrittenDown() => Assert.Contains("thrown", await WrittenAsync(() => _ = ThrowAsync(new ObjectDisposedException("thrown"))));

    [Fact]
    public async Task Unobserved_TaskThatFailedByAnythingElse_IsWrittenDown() => Assert.Contains("handed", await WrittenAsync(() => _ = Task.FromException(new InvalidOperationException("handed"))));

    /// <summary>How the updates of a silo end when it stops.</summary>
    [Fact]
    public async Task Unobserved_WaitThatItsOwnerEnded_IsNoFault() => Assert.DoesNotContain("ended", await WrittenAsync(() => _ = Task.FromException(new ObjectDisposedException("ended"))));

    private static async Task ThrowAsync(Exception exception)
    {
        await Task.Yield();
        throw exception;
    }

    private static async Task<string> WrittenAsync(Action fail)
    {
        using var logs = new Lines();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(logs));
        var log = new FaultLog(factory.CreateLogger<FaultLog>());
        await log.StartAsync(default);
        try
        {
            Run(fail);
            for (var i = 0; i < 5; i++)
            {
                await Task.Yield();
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally { await log.StopAsync(default); }
        return string.Join('\n', logs.All);
    }

    // Nothing of it may be alive on the stack when the collector looks.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run(Action fail) => fail();

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
            // It holds lines alone.
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Enqueue($"{formatter(state, exception)} {exception}");
    }
}
