using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace NexusActors.Benchmarks;

/// <summary>A server in a process of its own: started, watched, killed, ended.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan ReadyTime = TimeSpan.FromMinutes(5);
    private readonly Process _process;
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private readonly List<string> _said = [];

    private ServerProcess(string assembly, IEnumerable<string> arguments, string folder)
    {
        var start = new ProcessStartInfo(DotnetHost, ["exec", assembly, .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Say(line.Data);
        _process.ErrorDataReceived += (_, line) => Say(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>CPU time used so far, user and system.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Time since the process was started.</summary>
    public TimeSpan Age => _sinceStart.Elapsed;

    private static string DotnetHost => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    /// <summary>Starts a program and waits until a path answers 2xx.</summary>
    public static ServerProcess Start(string assembly, IEnumerable<string> arguments, string folder, Uri ready)
    {
        var server = new ServerProcess(assembly, arguments, folder);
        while (!Answers(ready))
        {
            if (server._process.HasExited || server.Age > ReadyTime)
            {
                throw new InvalidOperationException($"{Path.GetFileName(assembly)} is not ready after {server.Age.TotalSeconds:F0} s:\n{server.Said}");
            }
            Thread.Sleep(5);
        }
        return server;
    }

    /// <summary>Ends it, with kill -9 or in order.</summary>
    public void End(bool kill)
    {
        if (kill) { Kill(); }
        else { Stop(); }
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public void Stop()
    {
        if (!_process.HasExited && kill(_process.Id, Terminate) == 0 && !_process.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            throw new InvalidOperationException($"the server does not stop:\n{Said}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }
        _process.Dispose();
    }

    /// <summary>Ports on loopback that are free now, below those that the system gives to outgoing connections.</summary>
    public static int[] FreePorts(int count)
    {
        var ports = new List<int>();
        for (var port = 12_000 + (Environment.ProcessId % 4000); ports.Count < count; port++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                ports.Add(port);
            }
            catch (SocketException)
            {
                // taken
            }
        }
        return [.. ports];
    }

    private string Said
    {
        get
        {
            lock (_said)
            {
                return string.Join('\n', _said.TakeLast(50));
            }
        }
    }

    private void Say(string? line)
    {
        lock (_said)
        {
            if (line is not null)
            {
                _said.Add(line);
            }
        }
    }

    private static bool Answers(Uri ready)
    {
        try
        {
            using var connection = new HttpConnection(ready);
            return connection.Call(Requests.Get(ready.AbsolutePath)).Status is >= 200 and < 300;
        }
        catch (Exception silent) when (silent is SocketException or IOException)
        {
            return false;
        }
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
