using System.Globalization;
using System.Text;

namespace NexusActors.Benchmarks;

/// <summary>Requests as bytes.</summary>
internal static class Requests
{
    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    public static byte[] Post(string path, string body, string type = "application/json") => [.. Head("POST", path, Encoding.UTF8.GetByteCount(body), type), .. Encoding.UTF8.GetBytes(body)];

    public static byte[] Post(string path, byte[] body, string type) => [.. Head("POST", path, body.Length, type), .. body];

    public static byte[] Put(string path, string body) => [.. Head("PUT", path, Encoding.UTF8.GetByteCount(body), "application/json"), .. Encoding.UTF8.GetBytes(body)];

    private static byte[] Head(string method, string path, int length, string type) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: {length}\r\n\r\n"));
}

/// <summary>A request whose body changes: one buffer for all of them.</summary>
internal sealed class RequestWriter
{
    private const int HeadMax = 256;
    private byte[] _buffer = new byte[64 * 1024];
    private int _end = HeadMax;

    public RequestWriter Begin()
    {
        _end = HeadMax;
        return this;
    }

    public RequestWriter Add(ReadOnlySpan<byte> text)
    {
        while (_buffer.Length - _end < text.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        text.CopyTo(_buffer.AsSpan(_end));
        _end += text.Length;
        return this;
    }

    /// <summary>The whole request; valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Post(string path)
    {
        Span<byte> head = stackalloc byte[HeadMax];
        var length = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {_end - HeadMax}\r\n\r\n"), head);
        head[..length].CopyTo(_buffer.AsSpan(HeadMax - length));
        return _buffer.AsSpan(HeadMax - length, _end - HeadMax + length);
    }
}
