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

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs thrown) => Unobserved(thrown.Exception);

    [LoggerMessage(1, LogLevel.Critical, "An exception that nobody caught ends the process")]
    private partial void Unhandled(Exception? exception);

    [LoggerMessage(2, LogLevel.Error, "A task failed and nobody looked at it")]
    private partial void Unobserved(Exception exception);
}
