using System.Text.Json;

namespace NexusActors.Samples.Agent;

/// <summary>One line of an agent's own record.</summary>
internal sealed record JournalLine
{
    /// <summary>Monotonic time of the machine in nanoseconds; comparable between processes until a reboot.</summary>
    public long AtNs { get; init; }
    /// <summary>Which run of the agent wrote it: process id.</summary>
    public int Run { get; init; }
    /// <summary>What: see <see cref="JournalEvents"/>.</summary>
    public required string Event { get; init; }
    public string? Task { get; init; }
    public int? Attempt { get; init; }
    public string? Token { get; init; }
    /// <summary>Of a lease: how much longer it was good, in nanoseconds, by what the coordinator had said.</summary>
    public long? GoodForNs { get; init; }
    /// <summary>Of a report: <c>complete</c>, <c>fail</c>, <c>return</c>.</summary>
    public string? Outcome { get; init; }
    /// <summary>Where the coordinator said that the task stands, or why it refused.</summary>
    public string? Detail { get; init; }
}

/// <summary>What a journal tells of.</summary>
internal static class JournalEvents
{
    public const string Started = "started";
    public const string Leased = "leased";
    public const string Renewed = "renewed";
    public const string Sent = "sent";
    public const string Accepted = "accepted";
    public const string Refused = "refused";
    public const string Lost = "lost";
    public const string Stopped = "stopped";
}

/// <summary>
/// An agent's own record: one JSON object per line, only ever appended to. A line is in the hands of the operating system when
/// <see cref="Write(JournalLine)"/> returns, so a crash of the process loses none; with <paramref name="fsync"/> it is on disk.
/// </summary>
/// <param name="path">The file; made if it is not there.</param>
/// <param name="time">Clock.</param>
/// <param name="fsync">Whether to force each write to disk.</param>
internal sealed class Journal(string path, TimeProvider time, bool fsync = false) : IDisposable
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();
    private readonly FileStream _file = Open(path);
    private readonly Lock _gate = new();

    public void Write(JournalLine line) => Write([line]);

    /// <summary>Writes lines together: all of them in one system call.</summary>
    public void Write(IReadOnlyList<JournalLine> lines)
    {
        var at = (long)(time.GetTimestamp() * (1e9 / time.TimestampFrequency));
        using var buffer = new MemoryStream();
        foreach (var line in lines)
        {
            buffer.Write(JsonSerializer.SerializeToUtf8Bytes(line with { AtNs = at, Run = Environment.ProcessId }, WireJson.Default.JournalLine));
            buffer.Write(NewLine);
        }
        lock (_gate)
        {
            _file.Write(buffer.GetBuffer(), 0, (int)buffer.Length);
            _file.Flush(fsync);
        }
    }

    /// <summary>
    /// Reads a record. A line that a crash cut short (the last one, or one that a later run ended with an empty line) is left out;
    /// anything else that is no line is an error.
    /// </summary>
    public static IReadOnlyList<JournalLine> Read(string path)
    {
        var rows = File.ReadAllLines(path);
        var lines = new List<JournalLine>(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length == 0)
            {
                continue;
            }
            try
            {
                lines.Add(JsonSerializer.Deserialize(rows[i], WireJson.Default.JournalLine) ?? throw new JsonException("null"));
            }
            catch (JsonException) when (i == rows.Length - 1 || rows[i + 1].Length == 0)
            {
                // cut short by a crash
            }
            catch (JsonException fault)
            {
                throw new InvalidDataException($"{path}({i + 1}): not a line of a journal", fault);
            }
        }
        return lines;
    }

    public void Dispose() => _file.Dispose();

    private static FileStream Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        if (file.Length > 0)
        {
            file.Write("\n\n"u8);   // an empty line marks the one before it as perhaps cut short by a crash
        }
        return file;
    }
}
