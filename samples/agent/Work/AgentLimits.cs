using System.Text.Json;

namespace NexusActors.Samples.Agent;

/// <summary>
/// What the owner of an agent allows it to do (the file of <c>--config</c>). Tasks come from others, so everything that is not
/// named here is refused: without a file the agent checks only services on its own machine, reads no file and runs no command.
/// </summary>
internal sealed record AgentLimits
{
    /// <summary>Hosts that <c>http_check</c> may call; <c>*</c>: any. Default: this machine.</summary>
    public IReadOnlyList<string> HttpHosts { get; set; } = ["localhost", "127.0.0.1", "[::1]"];
    /// <summary>The folder below which <c>checksum</c> may read. Null: none.</summary>
    public string? ChecksumRoot { get; set; }
    /// <summary>Commands that <c>shell</c> may run, by the name tasks use.</summary>
    public IReadOnlyDictionary<string, AllowedCommand> Commands { get; set; } = new Dictionary<string, AllowedCommand>();

    /// <summary>Reads the file; relative folders are taken from where it lies.</summary>
    public static AgentLimits Read(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var limits = JsonSerializer.Deserialize(File.ReadAllText(path), WireJson.Default.AgentLimits) ?? throw new JsonException($"{path} holds null");
        return limits with { ChecksumRoot = limits.ChecksumRoot is { } root ? Path.GetFullPath(root, folder) : null };
    }
}

/// <summary>One command that tasks may have run.</summary>
internal sealed record AllowedCommand
{
    /// <summary>The program; found on PATH when it has no folder.</summary>
    public required string File { get; init; }
    /// <summary>Arguments that always come first.</summary>
    public IReadOnlyList<string> Arguments { get; set; } = [];
    /// <summary>Whether a task may add arguments of its own. Each is passed as it is; no shell reads it.</summary>
    public bool MoreArguments { get; set; }
    /// <summary>Where it runs. Null: where the agent runs.</summary>
    public string? Folder { get; set; }
    /// <summary>Seconds after which it is killed. Default 60.</summary>
    public double TimeoutSeconds { get; set; } = 60;
    /// <summary>Most bytes of each output stream that are kept. Default 16,384.</summary>
    public int OutputBytesMax { get; set; } = 16_384;
}
