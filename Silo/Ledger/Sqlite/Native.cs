using System.Runtime.InteropServices;

namespace NexusActors.Ledger.Sqlite;

/// <summary>
/// The calls of SQLite that are made dozens of times per entry, without the safe handles and copies of the general binding: together a fifth of the writer's time.
/// Those that only store or fetch a value also skip the change of the collector's mode; those that may touch the disk do not.
/// The library is the one that SQLitePCLRaw brings and loads.
/// </summary>
internal static unsafe partial class Native
{
    /// <summary>The bytes stay where they are until the statement is stepped.</summary>
    private const nint Static = 0;

    /// <summary>SQLite takes a copy of the bytes.</summary>
    private const nint Transient = -1;

    private const string Library = "e_sqlite3";

    /// <summary>Binds text that stays where it is until the statement was stepped.</summary>
    public static int BindText(nint statement, int index, byte* bytes, int length) => KeepText(statement, index, bytes, length, Static);

    /// <summary>Binds bytes that stay where they are until the statement was stepped.</summary>
    public static int BindBlob(nint statement, int index, byte* bytes, int length) => KeepBlob(statement, index, bytes, length, Static);

    /// <summary>Binds a copy of text of any size.</summary>
    public static int BindTextCopy(nint statement, int index, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes) { return CopyText(statement, index, start, bytes.Length, Transient); }
    }

    /// <summary>Binds a copy of bytes of any size.</summary>
    public static int BindBlobCopy(nint statement, int index, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes) { return CopyBlob(statement, index, start, bytes.Length, Transient); }
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64"), SuppressGCTransition]
    public static partial int BindLong(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_double"), SuppressGCTransition]
    public static partial int BindReal(nint statement, int index, double value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null"), SuppressGCTransition]
    public static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text"), SuppressGCTransition]
    private static partial int KeepText(nint statement, int index, byte* bytes, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob"), SuppressGCTransition]
    private static partial int KeepBlob(nint statement, int index, byte* bytes, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    private static partial int CopyText(nint statement, int index, byte* bytes, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    private static partial int CopyBlob(nint statement, int index, byte* bytes, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type"), SuppressGCTransition]
    public static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
    public static partial long ColumnLong(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_double"), SuppressGCTransition]
    public static partial double ColumnReal(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob"), SuppressGCTransition]
    public static partial byte* ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes"), SuppressGCTransition]
    public static partial int ColumnBytes(nint statement, int column);
}
