namespace NexusActors.Samples.Agent;

public sealed class JournalTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "a.journal");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_TwoRuns_KeepsAllInOrder(bool fsync)
    {
        for (var run = 1; run <= 2; run++)
        {
            using var journal = new Journal(File, TimeProvider.System, fsync);
            journal.Write([new JournalLine { Event = JournalEvents.Leased, Task = "t\n\"1", Attempt = run, Token = "k" }, new JournalLine { Event = JournalEvents.Sent, Attempt = run }]);
        }

        var lines = Journal.Read(File);

        Assert.Equal([("leased", 1), ("sent", 1), ("leased", 2), ("sent", 2)], lines.Select(line => (line.Event, line.Attempt!.Value)));
        Assert.Equal("t\n\"1", lines[0].Task);
        Assert.True(lines[0].AtNs <= lines[3].AtNs);
    }

    [Fact]
    public void Read_LineCutShortByACrash_IsLeftOut()
    {
        using (var journal = new Journal(File, TimeProvider.System))
        {
            journal.Write(new JournalLine { Event = JournalEvents.Started });
        }
        System.IO.File.AppendAllText(File, """{"at_ns":1,"ev""");
        Assert.Single(Journal.Read(File));
        using (var journal = new Journal(File, TimeProvider.System))
        {
            journal.Write(new JournalLine { Event = JournalEvents.Stopped });
        }

        Assert.Equal(["started", "stopped"], Journal.Read(File).Select(line => line.Event));
    }

    [Fact]
    public void Read_RubbishInTheMiddle_IsAnError()
    {
        System.IO.File.WriteAllText(File, "rubbish\n{\"event\":\"started\"}\n");

        Assert.Throws<InvalidDataException>(() => Journal.Read(File));
    }
}
