namespace NexusActors.Http;

/// <summary>The items of a bulk request as they were read: the valid ones, and what is wrong with the others, each at its place.</summary>
internal sealed class BulkItems<T> where T : class
{
    private readonly List<InputFaults?> _faults = [];

    /// <summary>The valid items, in order.</summary>
    public List<T> Valid { get; } = [];

    /// <summary>How many items there are, valid or not.</summary>
    public int Count => _faults.Count;

    /// <summary>What is wrong with an item; null where it is valid.</summary>
    public InputFaults? FaultsOf(int index) => _faults[index];

    /// <summary>Reads the next item.</summary>
    public void Add(ReadOnlyMemory<byte> json, ReadInput<T> read)
    {
        var faults = new InputFaults();
        if (JsonBody.Parse(json, read, faults) is { } item)
        {
            Valid.Add(item);
            _faults.Add(null);
        }
        else
        {
            _faults.Add(faults);
        }
    }
}
