using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace NexusActors.Benchmarks;

/// <summary>What a run of whole task lives came to.</summary>
internal sealed record LivesResult(double PerSecond, double ServerCpu, double DatabaseCpu, double GeneratorCpu, Latencies Submit, Latencies Lease, Latencies Report);

/// <summary>Drives whole task lives over HTTP: submit, lease, complete.</summary>
internal static class Lives
{
    /// <summary>The task that is submitted over and over.</summary>
    public const string TaskBody = """{"task_type":"testing","priority":3,"description":"benchmark"}""";

    private const int AgentCount = 8;

    /// <summary>Names of the agents.</summary>
    public static readonly string[] Agents = [.. Enumerable.Range(0, AgentCount).Select(i => string.Create(CultureInfo.InvariantCulture, $"agent-{i}"))];

    /// <summary>One call per step. Each caller of each agent submits a task, leases one and completes it, each step waiting for the one before.</summary>
    /// <param name="product">Who does them.</param>
    /// <param name="tasks">How many, after a fifth more to warm up.</param>
    /// <param name="callersPerAgent">Callers of each agent.</param>
    /// <param name="queue">The queue of an agent's tasks, by its place in <see cref="Agents"/>; null: the default one.</param>
    public static LivesResult OneByOne(Product product, int tasks, int callersPerAgent, Func<int, string>? queue = null) => Measure(product, tasks, (count, into) =>
    {
        var share = new Share(count);
        var callers = Enumerable.Range(0, Agents.Length * callersPerAgent).Select(caller => new OneLife(Agents[caller % Agents.Length], Body(product, queue, caller % Agents.Length), share)).ToArray();
        var time = Callers.Run(product.Coordination, callers);
        foreach (var caller in callers) { caller.Times.AddTo(into); }
        return time;
    });

    /// <summary>Batches: each agent submits many tasks in one call, leases as many in one call and reports them in one call.</summary>
    public static LivesResult InBatches(Product product, int tasks, int batch, Func<int, string>? queue = null) => Measure(product, tasks, (count, into) =>
    {
        var share = new Share(count);
        return Crew.Run(Agents.Length, caller =>
        {
            var times = new StepTimes();
            Work(caller, share, times);
            times.AddTo(into);
        });

        void Work(int caller, Share share, StepTimes times)
        {
            using var connection = new HttpConnection(product.Coordination);
            var writer = new RequestWriter();
            var body = Body(product, queue, caller);
            for (int count; (count = share.Take(batch)) > 0;)
            {
                var submit = Requests.Post("/tasks/batch", $"[{string.Join(',', Enumerable.Repeat(body, count))}]");
                var start = Stopwatch.GetTimestamp();
                connection.CallOk(submit);
                start = times.Submitted(start);
                for (var open = count; open > 0;)
                {
                    var leases = new Leases(connection.CallOk(Requests.Post($"/agents/{Agents[caller]}/leases", $$"""{"max":{{open}},"wait_seconds":5}""")).Span);
                    start = times.Leased(start);
                    writer.Begin().Add("["u8);
                    var held = 0;
                    for (; leases.Next(out var task, out var token); held++)
                    {
                        writer.Add(held == 0 ? "{\"task_id\":\""u8 : ",{\"task_id\":\""u8).Add(task).Add("\",\"lease_token\":\""u8).Add(token).Add("\",\"outcome\":\"complete\",\"result\":{\"ok\":true}}"u8);
                    }
                    if (held > 0)
                    {
                        connection.CallOk(writer.Add("]"u8).Post($"/agents/{Agents[caller]}/reports"));
                        start = times.Reported(start);
                        open -= held;
                    }
                }
            }
        }
    });

    private static string Body(Product product, Func<int, string>? queue, int agent) => queue is null
        ? product.IsDivided ? $$"""{"key":"{{Agents[agent]}}",{{TaskBody[1..]}}""" : TaskBody
        : $$"""{"queue":"{{queue(agent)}}",{{TaskBody[1..]}}""";

    private static LivesResult Measure(Product product, int tasks, Func<int, StepTimes.Sums, TimeSpan> run)
    {
        run(tasks / 5, new StepTimes.Sums());
        var sums = new StepTimes.Sums();
        using var self = Process.GetCurrentProcess();
        var (server, database, generator) = (product.Cpu, product.DatabaseCpu, self.TotalProcessorTime);
        var time = run(tasks, sums);
        self.Refresh();
        return new LivesResult(
            tasks / time.TotalSeconds, (product.Cpu - server).TotalMicroseconds / tasks, (product.DatabaseCpu - database)?.TotalMicroseconds / tasks ?? double.NaN, (self.TotalProcessorTime - generator).TotalMicroseconds / tasks, sums.Submit, sums.Lease, sums.Report);
    }

    /// <summary>One life after another, one call per step.</summary>
    private sealed class OneLife(string agent, string body, Share share) : ICaller
    {
        private readonly byte[] _submit = Requests.Post("/tasks", body);
        private readonly byte[] _lease = Requests.Post($"/agents/{agent}/leases", """{"max":1,"wait_seconds":5}""");
        private readonly byte[] _agentMember = Encoding.ASCII.GetBytes($$"""{"agent_id":"{{agent}}","lease_token":""" + "\"");
        private readonly RequestWriter _writer = new();
        private Step _step;
        private long _start;

        private enum Step
        {
            Submit, Lease, Complete,
        }

        public StepTimes Times { get; } = new();

        public ReadOnlySpan<byte> Begin()
        {
            _step = Step.Submit;
            _start = Stopwatch.GetTimestamp();
            return share.Take(1) > 0 ? _submit : [];
        }

        public ReadOnlySpan<byte> Next(ReadOnlyMemory<byte> answer)
        {
            switch (_step)
            {
                case Step.Submit:
                    _start = Times.Submitted(_start);
                    _step = Step.Lease;
                    return _lease;
                case Step.Lease when answer.IsEmpty:
                    return _lease;                                                 // another caller's long poll took it; there is one for each
                case Step.Lease:
                    _start = Times.Leased(_start);
                    _step = Step.Complete;
                    new Leases(answer.Span).Next(out var task, out var token);
                    return _writer.Begin().Add(_agentMember).Add(token).Add("\",\"result\":{\"ok\":true}}"u8).Post($"/tasks/{Encoding.ASCII.GetString(task)}/complete");
                default:
                    Times.Reported(_start);
                    return Begin();
            }
        }
    }
}

/// <summary>Times of the three steps, of one caller.</summary>
internal sealed class StepTimes
{
    private readonly List<long> _submit = [], _lease = [], _report = [];

    /// <summary>Times of all callers.</summary>
    internal sealed record Sums
    {
        public Latencies Submit { get; } = new();
        public Latencies Lease { get; } = new();
        public Latencies Report { get; } = new();
    }

    /// <summary>Notes a step that began at <paramref name="start"/> and ends now; gives back now.</summary>
    public long Submitted(long start) => Note(_submit, start);

    public long Leased(long start) => Note(_lease, start);

    public long Reported(long start) => Note(_report, start);

    public void AddTo(Sums sums)
    {
        sums.Submit.Add(_submit);
        sums.Lease.Add(_lease);
        sums.Report.Add(_report);
    }

    private static long Note(List<long> times, long start)
    {
        var now = Stopwatch.GetTimestamp();
        times.Add(now - start);
        return now;
    }
}
