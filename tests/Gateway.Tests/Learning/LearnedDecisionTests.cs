using System.Globalization;
using NexusActors.Hosting;

namespace NexusActors.Learning;

/// <summary>The loop: what was experienced decides.</summary>
public sealed class LearnedDecisionTests(EmbeddedFixture service) : IClassFixture<EmbeddedFixture>
{
    private readonly string _stream = Api.NewId("stream");

    private const string Question = """
        "scenario_type":"incident_response","description":"the shop is slow","context":{"load":0.7},"objectives":["minimize_cost"],"bounds":{"cost":[0,1000]},
        "available_actions":[{"action_type":"restart","estimated_cost":300},{"action_type":"wait","estimated_cost":200}]
        """;

    [Fact]
    public async Task Decide_ExperienceSaysThatTheCheaperFails_TheOtherIsChosen()
    {
        var before = (await service.Learning.PostAsync("/decisions", $$"""{ {{Question}},"stream":"{{_stream}}"}""")).Ok().GetProperty("decision_result");
        var random = new Random(1);
        var lines = Enumerable.Range(0, 200).Select(i =>
        {
            var restart = random.Next(2) == 0;
            return string.Create(CultureInfo.InvariantCulture, $$"""
                {"stream":"{{_stream}}","context":{"load":{{random.NextDouble()}}},"action_taken":{"action_type":"{{(restart ? "restart" : "wait")}}"},"outcome":{"cost":{{(restart ? 300 : 200) + random.Next(20)}}},"success":{{(random.NextDouble() < (restart ? 0.95 : 0.1) ? "true" : "false")}}}
                """).Trim();
        });
        (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', lines), "application/x-ndjson")).Ok();
        (await service.Learning.PostAsync($"/learning/retrain?stream={_stream}&wait=true", "{}")).Ok();

        var after = (await service.Learning.PostAsync("/decisions", $$"""{ {{Question}},"stream":"{{_stream}}"}""")).Ok().GetProperty("decision_result");

        Assert.Equal(("wait", "restart"), (before.Text("selected_name"), after.Text("selected_name")));
        var cost = after.GetProperty("expected_outcomes").GetProperty("estimated_cost").GetDouble();
        Assert.True(cost is > 280 and < 330, after.GetRawText());
    }
}
