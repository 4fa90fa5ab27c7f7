namespace NexusActors.Benchmarks;

/// <summary>Finds tasks and tokens in the answer to a lease call without reading the rest.</summary>
internal ref struct Leases(ReadOnlySpan<byte> body)
{
    private static ReadOnlySpan<byte> TaskId => "\"task_id\":\""u8;
    private static ReadOnlySpan<byte> Token => "\"lease_token\":\""u8;
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>The next lease; false: there are no more.</summary>
    public bool Next(out ReadOnlySpan<byte> task, out ReadOnlySpan<byte> token)
    {
        token = default;
        return Take(TaskId, out task) && Take(Token, out token);
    }

    private bool Take(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        var at = _rest.IndexOf(name);
        if (at < 0)
        {
            return false;
        }
        _rest = _rest[(at + name.Length)..];
        var end = _rest.IndexOf((byte)'"');
        value = _rest[..end];
        _rest = _rest[end..];
        return true;
    }
}
