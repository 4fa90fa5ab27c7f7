using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NexusActors.Benchmarks;

/// <summary>
/// One keep-alive HTTP/1.1 connection for one thread: blocking sockets, bodies built beforehand, answers looked at only as far as needed.
/// Load generator and server share the cores, so this costs a fraction of what HttpClient does.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();
    private readonly Uri _server;
    private Socket _socket;
    private byte[] _buffer = new byte[64 * 1024];
    private int _filled;

    public HttpConnection(Uri server)
    {
        _server = server;
        _socket = Connect(server);
    }

    /// <summary>The socket, as the system knows it.</summary>
    public int Descriptor => (int)_socket.Handle;

    /// <summary>Sends a request as it is and reads the answer.</summary>
    /// <returns>Status, and the body (valid until the next call).</returns>
    public (int Status, ReadOnlyMemory<byte> Body) Call(ReadOnlySpan<byte> request)
    {
        Send(request);
        return Receive();
    }

    /// <summary>As <see cref="Call"/>; anything but 2xx is an error.</summary>
    public ReadOnlyMemory<byte> CallOk(ReadOnlySpan<byte> request)
    {
        Send(request);
        return ReceiveOk();
    }

    /// <summary>Reads an answer; anything but 2xx is an error.</summary>
    public ReadOnlyMemory<byte> ReceiveOk()
    {
        var (status, body) = Receive();
        return status is >= 200 and < 300 ? body : throw new InvalidOperationException($"{status}: {Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 1000)])}");
    }

    public void Send(ReadOnlySpan<byte> request)
    {
        while (!request.IsEmpty)
        {
            request = request[_socket.Send(request)..];
        }
    }

    public (int Status, ReadOnlyMemory<byte> Body) Receive()
    {
        _filled = 0;
        var headEnd = -1;
        for (var looked = 0; headEnd < 0; looked = Math.Max(0, _filled - 3))
        {
            Fill();
            var found = _buffer.AsSpan(looked, _filled - looked).IndexOf(HeadEnd);
            headEnd = found < 0 ? -1 : looked + found;
        }
        var head = _buffer.AsSpan(0, headEnd);
        var status = Number(head.Slice(9, 3));
        var start = headEnd + HeadEnd.Length;
        if (status == 204)
        {
            return (status, ReadOnlyMemory<byte>.Empty);
        }
        var at = head.IndexOf("Content-Length: "u8);
        if (at >= 0)
        {
            var length = Number(head[(at + 16)..]);
            while (_filled < start + length)
            {
                Fill();
            }
            return (status, _buffer.AsMemory(start, length));
        }
        var joined = ReadChunks(start);   // may move the buffer
        return (status, _buffer.AsMemory(start, joined));
    }

    /// <summary>Opens the connection anew (the server was restarted).</summary>
    public void Reconnect()
    {
        _socket.Dispose();
        _socket = Connect(_server);
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Joins the chunks of the body in place.</summary>
    /// <returns>Length of the body.</returns>
    private int ReadChunks(int start)
    {
        var (read, write) = (start, start);
        while (true)
        {
            int line;
            while ((line = _buffer.AsSpan(read, _filled - read).IndexOf("\r\n"u8)) < 0)
            {
                Fill();
            }
            var size = Number(_buffer.AsSpan(read, line), 'x');
            read += line + 2;
            while (_filled < read + size + 2)
            {
                Fill();
            }
            if (size == 0)
            {
                return write - start;
            }
            _buffer.AsSpan(read, size).CopyTo(_buffer.AsSpan(write));
            write += size;
            read += size + 2;
        }
    }

    private static int Number(ReadOnlySpan<byte> text, char format = default) =>
        Utf8Parser.TryParse(text, out int number, out _, format) ? number : throw new InvalidDataException($"no number: {Encoding.UTF8.GetString(text)}");

    private void Fill()
    {
        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var read = _socket.Receive(_buffer.AsSpan(_filled));
        _filled += read > 0 ? read : throw new IOException("the server closed the connection");
    }

    private static Socket Connect(Uri server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, server.Port);
        return socket;
    }
}
