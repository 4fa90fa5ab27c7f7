using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace NexusActors.Samples.Agent;

/// <summary>
/// <c>{"kind":"checksum","path":…,"expected":…}</c>: SHA-256 of a file, or of each file of a folder and of their list
/// (as <c>sha256sum</c> prints it, in ordinal order of the paths). Reads only below the allowed root, also behind links.
/// </summary>
/// <param name="limits">Holds the root.</param>
internal sealed class Checksum(AgentLimits limits) : IWork
{
    private const int FilesMax = 10_000;
    private const int FilesShown = 100;

    public string Kind => "checksum";

    public async Task<JsonObject> RunAsync(WorkOrder order, CancellationToken cancellation)
    {
        var root = RealPath(limits.ChecksumRoot ?? throw new WorkFailure("not_allowed", "this agent has no checksum_root", retryable: false));
        var path = Inside(root, Path.GetFullPath(order.Text("path"), root));
        var expected = order.OptionalText("expected");
        try
        {
            var folder = Directory.Exists(path);
            var files = folder ? FilesBelow(root, path) : [path];
            var sums = new List<(string Name, string Sum)>(files.Count);
            long bytes = 0;
            foreach (var file in files)
            {
                var (sum, size) = await HashAsync(Inside(root, file), cancellation);
                sums.Add((Path.GetRelativePath(folder ? path : Path.GetDirectoryName(path)!, file), sum));
                bytes += size;
                order.Progress(new JsonObject { ["files_done"] = sums.Count, ["files"] = files.Count, ["bytes"] = bytes });
            }
            var whole = folder ? HashOfList(sums) : sums[0].Sum;
            if (expected is not null && !expected.Equals(whole, StringComparison.OrdinalIgnoreCase))
            {
                throw new WorkFailure("checksum_mismatch", $"{order.Text("path")} has {whole}, not {expected}", retryable: false);
            }
            return new JsonObject
            {
                ["kind"] = Kind,
                ["ok"] = true,
                ["path"] = order.Text("path"),
                ["sha256"] = whole,
                ["files"] = sums.Count,
                ["bytes"] = bytes,
                ["entries"] = new JsonObject(sums.Take(FilesShown).Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Name, entry.Sum))),
            };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new WorkFailure("unreadable", fault.Message, retryable: fault is not (FileNotFoundException or DirectoryNotFoundException));
        }
    }

    private static List<string> FilesBelow(string root, string folder)
    {
        // Links to folders are not entered: they may leave the root or make a ring.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
        var walk = new System.IO.Enumeration.FileSystemEnumerable<string>(folder, (ref entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        var files = walk.Take(FilesMax + 1).ToList();
        if (files.Count > FilesMax)
        {
            throw new WorkFailure("too_many_files", $"{Path.GetRelativePath(root, folder)} holds more than {FilesMax} files", retryable: false);
        }
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static string HashOfList(IEnumerable<(string Name, string Sum)> sums)
    {
        var list = new StringBuilder();
        foreach (var (name, sum) in sums)
        {
            list.Append(sum).Append("  ").Append(name).Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list.ToString())));
    }

    private static async Task<(string Sum, long Bytes)> HashAsync(string file, CancellationToken cancellation)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var sum = await SHA256.HashDataAsync(stream, cancellation);
        return (Convert.ToHexStringLower(sum), stream.Length);
    }

    private static string Inside(string root, string path)
    {
        var real = RealPath(path);
        return real == root || real.StartsWith(root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? real
            : throw new WorkFailure("not_allowed", $"{path} is outside of this agent's checksum_root", retryable: false);
    }

    /// <summary>The path with every link on the way resolved.</summary>
    private static string RealPath(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var parts = full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            real = Path.Combine(real, parts[i]);
            var entry = new FileInfo(real);
            if (entry.LinkTarget is not null)
            {
                var target = entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
                return RealPath(Path.Combine([target, .. parts[(i + 1)..]]));
            }
        }
        return real;
    }
}
