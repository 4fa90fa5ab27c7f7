using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace NexusActors.Ledger.Sqlite;

/// <summary>
/// A prepared statement on SQLite's own interface: bind by position (from 1), step, read columns (from 0). Kept and used again; not thread-safe.
/// Every parameter is bound before every use: text and bytes are put into memory of the statement, which the next use overwrites.
/// </summary>
internal sealed unsafe class Statement : IDisposable
{
    /// <summary>Bytes of bound values that fit without SQLite taking copies.</summary>
    private const int RoomBytes = 8192;

    private readonly Database _database;
    private readonly sqlite3_stmt _owner;
    private readonly nint _handle;
    private byte* _room = (byte*)NativeMemory.Alloc(RoomBytes);
    private int _taken;

    /// <summary>Takes over a statement that was prepared.</summary>
    public Statement(Database database, sqlite3_stmt owner) => (_database, _owner, _handle) = (database, owner, owner.DangerousGetHandle());

    /// <summary>Binds a whole number.</summary>
    public Statement Bind(int index, long value) => Checked(Native.BindLong(_handle, index, value));

    /// <summary>Binds a whole number or null.</summary>
    public Statement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    /// <summary>Binds a truth value as 0 or 1.</summary>
    public Statement Bind(int index, bool value) => Bind(index, value ? 1L : 0L);

    /// <summary>Binds a moment as UTC ticks.</summary>
    public Statement Bind(int index, DateTimeOffset value) => Bind(index, value.UtcTicks);

    /// <summary>Binds a moment as UTC ticks, or null.</summary>
    public Statement Bind(int index, DateTimeOffset? value) => value is { } moment ? Bind(index, moment.UtcTicks) : BindNull(index);

    /// <summary>Binds a number.</summary>
    public Statement Bind(int index, double value) => Checked(Native.BindReal(_handle, index, value));

    /// <summary>Binds a number or null.</summary>
    public Statement Bind(int index, double? value) => value is { } number ? Bind(index, number) : BindNull(index);

    /// <summary>Binds text or null.</summary>
    public Statement Bind(int index, string? value)
    {
        if (value is null) { return BindNull(index); }
        var room = RoomBytes - _taken;
        if (Encoding.UTF8.GetMaxByteCount(value.Length) <= room || Encoding.UTF8.GetByteCount(value) <= room)
        {
            var start = _room + _taken;
            var length = Encoding.UTF8.GetBytes(value, new Span<byte>(start, room));
            _taken += length;
            return Checked(Native.BindText(_handle, index, start, length));
        }
        return Checked(Native.BindTextCopy(_handle, index, Encoding.UTF8.GetBytes(value)));
    }

    /// <summary>Binds bytes or null.</summary>
    public Statement Bind(int index, byte[]? value)
    {
        if (value is null) { return BindNull(index); }
        if (value.Length <= RoomBytes - _taken)
        {
            var start = _room + _taken;
            value.CopyTo(new Span<byte>(start, value.Length));
            _taken += value.Length;
            return Checked(Native.BindBlob(_handle, index, start, value.Length));
        }
        return Checked(Native.BindBlobCopy(_handle, index, value));
    }

    private Statement BindNull(int index) => Checked(Native.BindNull(_handle, index));

    /// <summary>Runs a statement that returns no row.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    /// <summary>Runs a change and says how many rows it touched.</summary>
    public int RunCounted()
    {
        Step();
        var changes = _database.Changes;
        Reset();
        return changes;
    }

    /// <summary>Moves to the next row; false at the end.</summary>
    public bool Step()
    {
        var result = Native.Step(_handle);
        if (result == raw.SQLITE_ROW) { return true; }
        if (result == raw.SQLITE_DONE) { return false; }
        var fault = _database.Fault();
        Reset();
        throw fault;
    }

    /// <summary>Makes it ready to bind again and lets go of its snapshot. Its last error was thrown by <see cref="Step"/> already.</summary>
    public void Reset()
    {
        _ = Native.Reset(_handle);
        _taken = 0;
    }

    /// <summary>Whether a column is null.</summary>
    public bool IsNull(int column) => Native.ColumnType(_handle, column) == raw.SQLITE_NULL;

    /// <summary>A whole number.</summary>
    public long Long(int column) => Native.ColumnLong(_handle, column);

    /// <summary>A whole number of 32 bits.</summary>
    public int Int(int column) => checked((int)Native.ColumnLong(_handle, column));

    /// <summary>A truth value.</summary>
    public bool Bool(int column) => Native.ColumnLong(_handle, column) != 0;

    /// <summary>A number.</summary>
    public double Real(int column) => Native.ColumnReal(_handle, column);

    /// <summary>A number, or null.</summary>
    public double? RealOrNull(int column) => IsNull(column) ? null : Real(column);

    /// <summary>A moment in UTC.</summary>
    public DateTimeOffset Moment(int column) => new(Long(column), TimeSpan.Zero);

    /// <summary>A moment in UTC, or null.</summary>
    public DateTimeOffset? MomentOrNull(int column) => IsNull(column) ? null : Moment(column);

    /// <summary>Bytes of text or a blob; valid until the next step, empty for null.</summary>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        var start = Native.ColumnBlob(_handle, column);
        return start is null ? [] : new(start, Native.ColumnBytes(_handle, column));
    }

    /// <summary>Text; empty for null.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    /// <summary>Text, or null.</summary>
    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <inheritdoc/>
    public void Dispose()
    {
        _owner.Dispose();
        NativeMemory.Free(_room);
        _room = null;
    }

    private Statement Checked(int result) => result == raw.SQLITE_OK ? this : throw _database.Fault();
}
