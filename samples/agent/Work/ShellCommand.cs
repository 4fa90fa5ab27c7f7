using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace NexusActors.Samples.Agent;

/// <summary>
/// <c>{"kind":"shell","command":NAME,"arguments":[…]}</c>: runs a command of the agent's own list. No shell reads the arguments;
/// a command that takes too long is killed with its children; output beyond the limit is thrown away.
/// </summary>
/// <param name="limits">Holds the list.</param>
/// <param name="time">Clock for the duration.</param>
internal sealed class ShellCommand(AgentLimits limits, TimeProvider time) : IWork
{
    public string Kind => "shell";

    public async Task<JsonObject> RunAsync(WorkOrder order, CancellationToken cancellation)
    {
        var name = order.Text("command");
        if (!limits.Commands.TryGetValue(name, out var command))
        {
            throw new WorkFailure("not_allowed", $"this agent has no command \"{name}\"", retryable: false);
        }
        var more = order.Texts("arguments");
        if (more.Count > 0 && !command.MoreArguments)
        {
            throw new WorkFailure("not_allowed", $"the command \"{name}\" takes no arguments from tasks", retryable: false);
        }
        using var process = new Process { StartInfo = StartOf(command, more) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(command.TimeoutSeconds));
        var start = time.GetTimestamp();
        try
        {
            process.Start();
            process.StandardInput.Close();
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new WorkFailure("cannot_start", $"{command.File}: {fault.Message}", retryable: false);
        }
        var output = ReadAsync(process.StandardOutput.BaseStream, command.OutputBytesMax);
        var errors = ReadAsync(process.StandardError.BaseStream, command.OutputBytesMax);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            await Task.WhenAll(output, errors).WaitAsync(limit.Token);   // a child left behind may still hold them open
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            throw new WorkFailure("timeout", $"\"{name}\" ran longer than {command.TimeoutSeconds} s and was killed", retryable: true);
        }
        var (outputText, outputCut) = await output;
        var (errorText, errorCut) = await errors;
        if (process.ExitCode != 0)
        {
            var said = errorText.Length > 0 ? errorText : outputText;
            throw new WorkFailure("exit_code", $"\"{name}\" ended with {process.ExitCode}: {said[..Math.Min(said.Length, 500)].Trim()}", retryable: true);
        }
        return new JsonObject
        {
            ["kind"] = Kind,
            ["ok"] = true,
            ["command"] = name,
            ["exit_code"] = process.ExitCode,
            ["seconds"] = Math.Round(time.GetElapsedTime(start).TotalSeconds, 3),
            ["output"] = outputText,
            ["errors"] = errorText,
            ["cut"] = outputCut || errorCut,
        };
    }

    private static ProcessStartInfo StartOf(AllowedCommand command, IReadOnlyList<string> more)
    {
        var start = new ProcessStartInfo(command.File)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = command.Folder ?? "",
        };
        foreach (var argument in command.Arguments.Concat(more))
        {
            start.ArgumentList.Add(argument);
        }
        return start;
    }

    /// <summary>Reads to the end, so that the writer never blocks, and keeps the first bytes.</summary>
    private static async Task<(string Text, bool Cut)> ReadAsync(Stream stream, int bytesMax)
    {
        var kept = new MemoryStream();
        var buffer = new byte[8192];
        var cut = false;
        for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
        {
            var room = (int)Math.Min(read, bytesMax - kept.Length);
            kept.Write(buffer, 0, room);
            cut |= room < read;
        }
        return (Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length), cut);
    }
}
