namespace NexusActors.Coordination;

/// <summary>Tells, of several reads of one thing that are under way at once, which answers are older than what is known: those that began before another which was taken in.</summary>
internal sealed class NewestRead
{
    private long _begun;
    private long _taken;

    /// <summary>A read begins; or something was written, which is newer than all reads that began before.</summary>
    public long Begin() => ++_begun;

    /// <summary>Whether the answer is to be taken in; then it is what is known.</summary>
    public bool IsNewest(long read)
    {
        if (read <= _taken) { return false; }
        _taken = read;
        return true;
    }
}
