using System.Text;
using CsCheck;

namespace NexusActors.Learning.Plans;

/// <summary>Exports are read back by the rules of their formats.</summary>
public sealed class PlanExportTests
{
    private static readonly DateTimeOffset Stamp = new(2027, 2, 3, 4, 5, 6, TimeSpan.FromHours(1));

    /// <summary>Text with everything that a format may stumble over.</summary>
    private static readonly Gen<string> Texts = Gen.String[Gen.Char["ab ,;:\"\\\r\n\t#%<>=@+-'ÄΩ漢"], 0, 60];

    [Fact]
    public void Csv_AnyText_ReadsBack() => Texts.Array[1, 4].Sample(texts =>
    {
        var plan = PlanOf(texts);
        var rows = Read(PlanCsv.Write(plan));

        Assert.Equal(texts.Length + 1, rows.Count);
        Assert.All(rows, row => Assert.Equal(rows[0].Count, row.Count));
        foreach (var (text, i) in texts.Select((text, i) => (text, i)))
        {
            var row = Assert.Single(rows, row => row[0] == $"g{i}");
            Assert.Equal(text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text, row[1]);
            Assert.Equal($"{plan.Goals[i].Start:yyyy-MM-dd}", row[rows[0].IndexOf("start")]);
        }
    }, iter: 100);

    [Fact]
    public void Ics_AnyText_FoldsEscapesAndReadsBack() => Texts.Array[1, 4].Sample(texts =>
    {
        var plan = PlanOf(texts);
        var ics = PlanIcs.Write(plan, "plan-1", 3, Stamp);

        Assert.EndsWith("END:VCALENDAR\r\n", ics, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', ics.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.All(ics.Split("\r\n"), line => Assert.True(Encoding.UTF8.GetByteCount(line) <= 75));
        var lines = ics.Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n");
        Assert.Equal(texts.Length + 1, lines.Count(line => line == "BEGIN:VEVENT"));
        Assert.Equal(texts.Length + 1, lines.Count(line => line == "DTSTAMP:20270203T030506Z"));
        for (var i = 0; i < texts.Length; i++)
        {
            var at = Array.IndexOf(lines, $"UID:plan-1/g{i}@nexusactors");
            Assert.Equal($"DTSTART;VALUE=DATE:{plan.Goals[i].Start:yyyyMMdd}", lines[at + 3]);
            Assert.Equal($"DTEND;VALUE=DATE:{plan.Goals[i].Finish.AddDays(1):yyyyMMdd}", lines[at + 4]);
            var description = lines[at + 6]["DESCRIPTION:".Length..].Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\;", ";", StringComparison.Ordinal).Replace("\\,", ",", StringComparison.Ordinal);
            if (!texts[i].Contains('\\') && texts[i].Length > 0) { Assert.StartsWith(texts[i].Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal), description, StringComparison.Ordinal); }
        }
    }, iter: 100);

    [Fact]
    public void Gantt_AnyText_HasOneLineForEachGoalAndNoStraySigns() => Texts.Array[1, 4].Sample(texts =>
    {
        var lines = PlanGantt.Write(PlanOf(texts), "a: plan;\n#1").Split('\n');

        Assert.Equal(("gantt", "    title a  plan   1"), (lines[0], lines[1]));
        for (var i = 0; i < texts.Length; i++)
        {
            var line = Assert.Single(lines, line => line.Contains($"g{i + 1}, 20", StringComparison.Ordinal));
            Assert.Equal(1, line.Count(sign => sign == ':'));
            Assert.Matches(@"^    g\d.* :(crit, )?g\d, \d{4}-\d\d-\d\d, \d{4}-\d\d-\d\d$", line);
        }
        Assert.Contains(lines, line => line.StartsWith("    Plan reached :milestone, reached, ", StringComparison.Ordinal));
    }, iter: 100);

    private static StrategicPlan PlanOf(string[] descriptions) => StrategicPlanner.Plan(
        new() { Start = new(2027, 3, 1), Samples = 10, Goals = [.. descriptions.Select((text, i) => new PlanGoal { Id = $"g{i}", Description = text, Dependencies = i > 0 ? [$"g{i / 2}"] : [], Complexity = 0.1 * i })] },
        new() { SchedulesMax = 100, ProofMax = 0 }).Plan!;

    /// <summary>RFC 4180, by the letter.</summary>
    private static List<List<string>> Read(string csv)
    {
        List<List<string>> rows = [[]];
        var (cell, quoted) = (new StringBuilder(), false);
        for (var i = 0; i < csv.Length; i++)
        {
            if (quoted && csv[i] == '"' && i + 1 < csv.Length && csv[i + 1] == '"') { cell.Append(csv[i++]); }
            else if (csv[i] == '"') { quoted = !quoted; }
            else if (!quoted && csv[i] == ',') { Take(); }
            else if (!quoted && csv[i] == '\r' && csv[i + 1] == '\n')
            {
                Take();
                rows.Add([]);
                i++;
            }
            else { cell.Append(csv[i]); }
        }
        rows.RemoveAt(rows.Count - 1);
        return rows;

        void Take()
        {
            rows[^1].Add(cell.ToString());
            cell.Clear();
        }
    }
}
