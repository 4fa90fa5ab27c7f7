using System.Net;

namespace NexusActors.Chaos.Load;

/// <summary>An agent that takes no work and gives a sign of life again and again: shows for how long agents cannot be served.</summary>
internal sealed class Pulse(string agent, Caller caller, Notebook notebook, Random chance)
{
    private const int PauseMsLeast = 100, PauseMsMost = 300;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            // One whose answer was lost is there already.
            await caller.PostAsync("agents", $$"""{"id":"{{agent}}","agent_type":"qa_automation","name":"{{agent}}","capabilities":["testing"],"mode":"pull","queues":["default"]}""", stop);
            while (true)
            {
                var answer = await caller.PostAsync($"agents/{agent}/heartbeat", "{}", stop);
                if (answer.Status != HttpStatusCode.OK) { notebook.Violated(Crash.Rules.NoneLost, agent, $"registered, and a heartbeat is answered with {(int)answer.Status} {answer.Text}"); }
                await Task.Delay(chance.Next(PauseMsLeast, PauseMsMost), stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }
}
