using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NexusActors.Chaos.Rig.Network;

/// <summary>A network device whose packets this process reads and writes (Linux TUN). It goes when it is disposed.</summary>
internal sealed class TunDevice : IDisposable
{
    private const ulong TunSetInterface = 0x400454ca;
    private const short TunWithoutHeader = 0x0001 | 0x1000;
    private const int RequestBytes = 40, NameBytes = 16;
    private readonly SafeFileHandle _file;

    public TunDevice(string name)
    {
        _file = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Span<byte> request = stackalloc byte[RequestBytes];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request[NameBytes..], TunWithoutHeader);
        if (ioctl(_file, TunSetInterface, ref MemoryMarshal.GetReference(request)) != 0) { throw new InvalidOperationException($"no network device {name}: error {Marshal.GetLastPInvokeError()}"); }
    }

    /// <summary>Waits for a packet.</summary>
    /// <returns>Its length.</returns>
    public int Read(Span<byte> packet) => RandomAccess.Read(_file, packet, 0);

    public void Write(ReadOnlySpan<byte> packet) => RandomAccess.Write(_file, packet, 0);

    public void Dispose() => _file.Dispose();

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ioctl(SafeFileHandle file, ulong request, ref byte argument);
}
