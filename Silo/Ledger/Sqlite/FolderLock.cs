namespace NexusActors.Ledger.Sqlite;

/// <summary>Keeps a second process away from the data: an exclusively locked file beside it, released by the system also when the process dies.</summary>
internal sealed class FolderLock : IDisposable
{
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharing = unchecked((int)0x80070020);
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the lock or says that somebody else has it.</summary>
    /// <exception cref="InvalidOperationException">Another process, or another ledger of this one, uses the data.</exception>
    public static FolderLock Take(string dataPath)
    {
        var path = dataPath + ".lock";
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException busy) when (busy.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharing)
        {
            throw new InvalidOperationException($"Another process uses the data at {dataPath}. Stop it, or use another data folder.", busy);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
