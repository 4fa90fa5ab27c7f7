namespace NexusActors.Hosting;

/// <summary>Writes down exceptions that nobody caught.</summary>
internal sealed partial class FaultLog(ILogger<FaultLog> log) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
        return Task.CompletedTask;
    }

    private void OnUnhandled(object? sender, UnhandledExceptionEventArgs thrown) => Unhandled(thrown.ExceptionObject as Exception);

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs thrown)
    {
        if (!IsEndOfUpdates(thrown.Exception)) { Unobserved(thrown.Exception); }
    }

    // Where a silo or a client stops, Orleans ends its updates by a failure that it hands to whoever waits for the next one, and maybe nobody does. It was never thrown: faults are.
    private static bool IsEndOfUpdates(AggregateException exception) => exception.InnerExceptions.All(inner => inner is ObjectDisposedException { StackTrace: null });

    [LoggerMessage(1, LogLevel.Critical, "An exception that nobody caught ends the process")]
    private partial void Unhandled(Exception? exception);

    [LoggerMessage(2, LogLevel.Error, "A task failed and nobody looked at it")]
    private partial void Unobserved(Exception exception);
}
