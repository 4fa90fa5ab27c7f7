using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NexusActors.Chaos.Rig.Network;

/// <summary>A network device whose packets this process reads and writes (Linux TUN). It goes when it is disposed.</summary>
internal sealed class TunDevice : IDisposable
{
    private const ulong TunSetInterface = 0x400454ca;
    private const short TunWithoutHeader = 0x0001 | 0x1000;
    private const int RequestBytes = 40, NameBytes = 16, Down = 5, BadAddress = 14, BadState = 77;
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
    /// <returns>Its length; 0 when the device is gone.</returns>
    public int Read(byte[] packet)
    {
        var length = read(_file, packet, (nuint)packet.Length);
        if (length >= 0) { return (int)length; }
        return Marshal.GetLastPInvokeError() is BadState or BadAddress ? 0 : throw new InvalidOperationException($"packets cannot be read: error {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Sends one; on a device that is gone or down it is lost, as packets may be.</summary>
    public void Write(byte[] packet)
    {
        if (write(_file, packet, (nuint)packet.Length) < 0 && Marshal.GetLastPInvokeError() is not (BadState or Down)) { throw new InvalidOperationException($"packets cannot be written: error {Marshal.GetLastPInvokeError()}"); }
    }

    public void Dispose() => _file.Dispose();

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ioctl(SafeFileHandle file, ulong request, ref byte argument);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint read(SafeFileHandle file, byte[] packet, nuint length);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint write(SafeFileHandle file, byte[] packet, nuint length);
}
