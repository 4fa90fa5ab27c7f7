namespace NexusActors.Http;

/// <summary>What is wrong with the input of one request. Faults are gathered, so that the caller learns of all at once.</summary>
internal sealed class InputFaults
{
    /// <summary>More than this many are counted but not kept.</summary>
    public const int KeptMax = 50;

    private readonly List<(string Field, string Text)> _kept = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The member at fault first.</summary>
    public string? Field => _kept.Count == 0 ? null : _kept[0].Field;

    /// <summary>All in one text.</summary>
    public string Text => string.Join("; ", _kept.Select(fault => fault.Text)) + (Count > _kept.Count ? $"; and {Count - _kept.Count} more" : "");

    /// <summary>All by member.</summary>
    public IReadOnlyDictionary<string, string[]> ByField =>
        _kept.GroupBy(fault => fault.Field).ToDictionary(group => group.Key, group => group.Select(fault => fault.Text).ToArray());

    /// <summary>Notes a fault.</summary>
    /// <param name="field">Path of the member on the wire (<c>dependencies[2].task_id</c>).</param>
    /// <param name="text">A sentence that names the member, says what is wrong and how to mend it.</param>
    public void Add(string field, string text)
    {
        Count++;
        if (_kept.Count < KeptMax) { _kept.Add((field, text)); }
    }

    /// <summary>Throws when there is any.</summary>
    public void ThrowIfAny()
    {
        if (Count > 0) { throw new InputException(this); }
    }
}

/// <summary>Input that cannot be taken; nothing was done. Answered with 400.</summary>
internal sealed class InputException(InputFaults faults) : Exception(faults.Text)
{
    /// <summary>One fault alone.</summary>
    public InputException(string field, string text) : this(One(field, text)) { }

    /// <summary>What is wrong.</summary>
    public InputFaults Faults { get; } = faults;

    private static InputFaults One(string field, string text)
    {
        var faults = new InputFaults();
        faults.Add(field, text);
        return faults;
    }
}

/// <summary>A request that HTTP itself does not allow (media type, size). Answered with its status.</summary>
internal sealed class RequestException(int status, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;
}
