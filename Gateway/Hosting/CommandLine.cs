using System.Collections.Immutable;

namespace NexusActors.Hosting;

/// <summary>What the command line asks for.</summary>
internal enum Command
{
    /// <summary>Start the service.</summary>
    Run,
    /// <summary>Print usage and settings.</summary>
    Help,
    /// <summary>Print the version.</summary>
    Version,
    /// <summary>Ask a running service on this machine how it is.</summary>
    Probe,
}

/// <summary>The command line, read.</summary>
/// <param name="Command">What to do.</param>
/// <param name="Path">For a probe: which path to ask for.</param>
/// <param name="Settings">The arguments that set something.</param>
/// <param name="Faults">Arguments that mean nothing, one line each.</param>
internal sealed record CommandLine(Command Command, string Path, ImmutableArray<string> Settings, ImmutableArray<string> Faults)
{
    private static readonly string[] Roots = ["Nexus:", "Logging:"];

    /// <summary>Reads the arguments. Settings have the forms <c>--Key=Value</c> and <c>--Key Value</c>.</summary>
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var (command, path) = (Command.Run, "");
        var settings = ImmutableArray.CreateBuilder<string>();
        var faults = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var next = i + 1 < args.Count ? args[i + 1] : null;
            switch (args[i])
            {
                case "--help" or "-h" or "-?": command = Command.Help; break;
                case "--version": command = Command.Version; break;
                case "--probe" when next is not null: (command, path) = (Command.Probe, next.TrimStart('/')); i++; break;
                case var key when !Roots.Any(root => key.StartsWith("--" + root, StringComparison.OrdinalIgnoreCase)):
                    // Its value may be a secret that was meant for another name.
                    faults.Add($"{key.Split('=')[0]} is not an argument. --help lists what there is.");
                    break;
                case var pair when pair.Contains('=', StringComparison.Ordinal): settings.Add(pair); break;
                case var key when next is null || next.StartsWith("--", StringComparison.Ordinal): faults.Add($"{key} has no value: write {key}=value."); break;
                default: settings.Add($"{args[i]}={next}"); i++; break;
            }
        }
        return new(command, path, settings.ToImmutable(), faults.ToImmutable());
    }
}
