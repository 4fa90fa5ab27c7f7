using System.Globalization;

namespace NexusActors.Chaos.Rig;

/// <summary>A disk of PostgreSQL's own (ext4 in a file that nobody else sees), which can be full while that of the machine is not.</summary>
internal sealed class DataDisk : IAsyncDisposable
{
    private const string Size = "48G";
    private readonly string _filler;

    private DataDisk(string folder) => (Folder, _filler) = (folder, Path.Combine(folder, "filler"));

    public string Folder { get; }

    public static async Task<DataDisk> MountAsync(string folder)
    {
        var (image, disk) = (Path.Combine(folder, "disk.img"), new DataDisk(Directory.CreateDirectory(Path.Combine(folder, "disk")).FullName));
        // PostgreSQL runs as another user, who must get through.
        await SystemCommand.RunAsync("chmod", "go+x", folder);
        await SystemCommand.RunAsync("truncate", "-s", Size, image);                            // takes room as it is written to
        await SystemCommand.RunAsync("mkfs.ext4", "-q", "-F", "-m", "0", image);
        await SystemCommand.RunAsync("mount", "-o", "loop", image, disk.Folder);
        File.Delete(image);                                                      // its room is free when nobody has it mounted any more
        return disk;
    }

    /// <summary>Takes all its room. What others free meanwhile is taken at the next call.</summary>
    /// <returns>Bytes taken.</returns>
    public async Task<long> FillAsync()
    {
        var free = new DriveInfo(Folder).AvailableFreeSpace;
        var taken = File.Exists(_filler) ? new FileInfo(_filler).Length : 0;
        if (free > 0) { await SystemCommand.TryAsync("fallocate", "-l", (taken + free).ToString(CultureInfo.InvariantCulture), _filler); }
        // What a large piece could not take.
        await SystemCommand.TryAsync("dd", "if=/dev/zero", $"of={_filler}", "bs=4k", "oflag=append", "conv=notrunc");
        return new FileInfo(_filler).Length;
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(_filler);

    public async ValueTask DisposeAsync()
    {
        await SystemCommand.RunAsync("umount", Folder);
        Directory.Delete(Folder);
    }
}
