using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Data.Sqlite;
using NexusActors.Processes;

namespace NexusActors.Hosting;

/// <summary>What docs/runbook.md says about backups.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task VacuumInto_UnderLoad_HoldsEverythingAcknowledgedBeforeAndStartsElsewhere()
    {
        using var place = new SiloPlace();
        using var restored = new SiloPlace();
        string[] acknowledgedBefore;
        await using (var silo = await SiloProcess.StartAsync(place))
        {
            using var stop = new CancellationTokenSource();
            var acknowledged = new List<string>();
            var submitting = SubmitAsync(place, acknowledged, stop.Token);
            acknowledgedBefore = await AtLeastAsync(200, acknowledged, silo);
            Backup(Path.Combine(place.Folder, "nexus.db"), Path.Combine(restored.Folder, "nexus.db"));
            await stop.CancelAsync();
            await submitting;
            Assert.False(silo.HasExited);
        }

        await using var again = await SiloProcess.StartAsync(restored);
        using var http = new HttpClient { BaseAddress = restored.Coordination };
        foreach (var id in acknowledgedBefore)
        {
            using var answer = await http.GetAsync(new Uri($"tasks/{id}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private static void Backup(string from, string to)
    {
        using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = from, Pooling = false }.ToString());
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "VACUUM INTO $to";
        command.Parameters.AddWithValue("$to", to);
        command.ExecuteNonQuery();
    }

    private static async Task SubmitAsync(SiloPlace place, List<string> acknowledged, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = place.Coordination };
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"t-{i}");
            using var body = new StringContent($$"""{"id":"{{id}}","task_type":"testing","priority":3,"description":"d"}""", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri("tasks", UriKind.Relative), body, CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            lock (acknowledged) { acknowledged.Add(id); }
        }
    }

    private static async Task<string[]> AtLeastAsync(int count, List<string> acknowledged, SiloProcess silo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            lock (acknowledged)
            {
                if (acknowledged.Count >= count) { return [.. acknowledged]; }
            }
            Assert.False(limit.IsCancellationRequested, silo.Output);
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
