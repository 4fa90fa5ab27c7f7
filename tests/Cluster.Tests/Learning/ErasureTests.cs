using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Learning.Privacy;

namespace NexusActors.Learning;

/// <summary>What names a person is never stored, and everything about a person can be made to go.</summary>
public sealed class ErasureTests(SiloFixture silo) : SiloTests(silo)
{
    private static readonly Pseudonyms Names = new(["email"], "", "a key of thirty-two characters!!");
    private readonly string _stream = silo.NewName("s");
    private readonly string _who = silo.NewName("ann");

    private IErasureGrain Erasure => Silo.Grains.GetGrain<IErasureGrain>(_stream);

    private IStreamLearnerGrain Learner => Silo.Grains.GetGrain<IStreamLearnerGrain>(_stream);

    private IExperienceCatalogGrain Catalog => Silo.Grains.GetGrain<IExperienceCatalogGrain>(0);

    [Fact]
    public async Task Append_ConfiguredField_IsStoredAsAPseudonymAndFoundByItsValue()
    {
        await RecordAsync(3, _who);

        var stored = (await Catalog.ListAsync(new() { Subject = _who })).Experiences;

        Assert.Equal(3, stored.Length);
        Assert.All(stored, experience => Assert.Contains($"\"email\":\"{Names.Of(_who)}\"", experience.ContextJson));
        Assert.All(stored, experience => Assert.Equal([Names.TagOf(_who)], experience.Tags.AsEnumerable()));
        Assert.Equal(3, (await Catalog.ListAsync(new() { Subject = Names.Of(_who) })).Experiences.Length);
        Assert.Equal("tag", (await RefusedAsync(NexusError.Invalid, () => Catalog.ListAsync(new() { Subject = _who, Tag = "t" }))).Field);
    }

    [Fact]
    public async Task FinishedTask_ConfiguredField_IsStoredAsAPseudonym()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { RequirementsJson = $$"""{"email":"{{_who}}"}""" });
        await agent.CompleteAsync(await agent.TakeAsync());

        var experience = Assert.Single((await Catalog.ListAsync(new() { Subject = _who })).Experiences);

        Assert.StartsWith("task:" + id, experience.Id);
        Assert.DoesNotContain(_who, experience.ContextJson);
    }

    [Fact]
    public async Task Predict_ByTheValue_IsAnsweredAsByThePseudonym()
    {
        await RecordAsync(150, _who, fails: true);
        await RecordAsync(150, _who + "-other");
        await Learner.TrainAsync(wait: true);

        var byValue = await Learner.PredictAsync(new() { ContextJson = $$"""{"email":"{{_who}}","n":1}""", Explain = true });
        var byPseudonym = await Learner.PredictAsync(new() { ContextJson = $$"""{"email":"{{Names.Of(_who)}}","n":1}""" });
        var other = await Learner.PredictAsync(new() { ContextJson = $$"""{"email":"{{_who}}-other","n":1}""" });

        Assert.Equal(byPseudonym.Targets[0].Value, byValue.Targets[0].Value);
        Assert.True(other.Targets[0].Value > byValue.Targets[0].Value + 0.3);
        Assert.DoesNotContain(byValue.Targets[0].Contributions, contribution => contribution.Value.Contains(_who, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Begin_Subject_EverythingAboutItGoesAndModelsLearnAnew()
    {
        await RecordAsync(100, _who, fails: true);
        await RecordAsync(100, _who + "-other");
        await Learner.TrainAsync(wait: true);
        await DecideAsync(_stream + "-his", _who);
        await DecideAsync(_stream + "-hers", _who + "-other");

        var erasure = await Erasure.BeginAsync(new() { Subject = _who }, TimeSpan.FromSeconds(10));

        Assert.Equal((101, 1, Names.Of(_who)), (erasure.Experiences, erasure.Decisions, erasure.Subject));
        Assert.NotNull(erasure.EndedAt);
        Assert.Contains(_stream, erasure.Streams);
        Assert.Empty((await Catalog.ListAsync(new() { Subject = _who })).Experiences);
        Assert.Equal(101, (await Catalog.ListAsync(new() { Subject = _who + "-other", Limit = 200 })).Experiences.Length);
        Assert.Null(await Silo.Grains.GetGrain<IDecisionCatalogGrain>(0).GetAsync(_stream + "-his"));
        Assert.NotNull(await Silo.Grains.GetGrain<IDecisionCatalogGrain>(0).GetAsync(_stream + "-hers"));
        await UntilAsync(async () => await Learner.StateAsync() is { Cause: "erasure", Training: false }, "the models have learned anew");
        Assert.Equal(101, (await Silo.Ledger.TrainedStreamsAsync(default)).Single(trained => trained.Stream == _stream).Experiences);
        var body = (await Silo.Ledger.FindDocumentAsync(ErasureFacts.Kind, _stream))!.Body;
        Assert.True(body.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(_who + "\"")) < 0, "the value of the subject is not kept");
        var again = await Erasure.BeginAsync(new() { Subject = "somebody else" }, TimeSpan.Zero);
        Assert.Equal((erasure.Subject, erasure.EndedAt), (again.Subject, again.EndedAt));
    }

    /// <summary>No model that learned from what is gone stays, better or not.</summary>
    [Fact]
    public async Task Begin_TooLittleIsLeft_ModelsGoAtOnce()
    {
        await RecordAsync(100, _who, fails: true);
        await RecordAsync(20, _who + "-other");
        await Learner.TrainAsync(wait: true);
        Assert.NotEmpty((await Learner.PredictAsync(new() { ContextJson = """{"n":1}""" })).Targets);

        await Erasure.BeginAsync(new() { Stream = _stream, Tag = Names.TagOf(_who) }, TimeSpan.FromSeconds(10));

        Assert.Empty((await Learner.PredictAsync(new() { ContextJson = """{"n":1}""" })).Targets);
        await Silo.DeactivateAsync(Learner);
        var reply = await Learner.PredictAsync(new() { ContextJson = """{"n":1}""" });
        Assert.Empty(reply.Targets);
        Assert.Contains("Not trained yet", reply.Reason);
        Assert.Null(await Silo.Ledger.FindDocumentAsync(ModelFacts.ModelKind, ModelFacts.ModelId(_stream, "success")));
    }

    /// <summary>A silo that died left this behind.</summary>
    [Fact]
    public async Task Resume_ErasureThatWasBegun_IsDoneToItsEnd()
    {
        await RecordAsync(700, _who);
        var through = (await Catalog.ListAsync(new() { Limit = 1 })).Experiences[0].Seq;
        await RecordAsync(1, _who + "-late");
        await Silo.Ledger.CommitAsync(ErasureFacts.Entries(new() { Id = _stream, Stream = _stream, BegunAt = Silo.Clock.GetUtcNow(), ThroughSeq = through }, 1, Silo.Clock.GetUtcNow()));
        Assert.Contains(await Silo.Ledger.ListDocumentsAsync(new(ErasureFacts.OpenKind)), open => open.Id == _stream);

        await Erasure.ResumeAsync();

        await UntilAsync(async () => (await Erasure.GetAsync())?.EndedAt is not null, "the erasure has ended");
        Assert.Equal(700, (await Erasure.GetAsync())!.Experiences);
        Assert.Single((await Catalog.ListAsync(new() { Stream = _stream })).Experiences);
        Assert.DoesNotContain(await Silo.Ledger.ListDocumentsAsync(new(ErasureFacts.OpenKind)), open => open.Id == _stream);
    }

    [Fact]
    public async Task Begin_OneExperience_ItAloneGoes()
    {
        await RecordAsync(2, _who);

        var erasure = await Erasure.BeginAsync(new() { ExperienceId = $"{_who}-0" }, TimeSpan.FromSeconds(10));

        Assert.Equal(1, erasure.Experiences);
        Assert.Equal($"{_who}-1", Assert.Single((await Catalog.ListAsync(new() { Stream = _stream })).Experiences).Id);
    }

    [Fact]
    public async Task Begin_Faults_AreRefusedAndNothingIsBegun()
    {
        Assert.Equal("subject", (await RefusedAsync(NexusError.Invalid, () => Erasure.BeginAsync(new(), TimeSpan.Zero))).Field);
        Assert.Equal("tag", (await RefusedAsync(NexusError.Invalid, () => Erasure.BeginAsync(new() { Subject = "a", Tag = "b" }, TimeSpan.Zero))).Field);
        Assert.Equal("experience_id", (await RefusedAsync(NexusError.Invalid, () => Erasure.BeginAsync(new() { ExperienceId = "a", Stream = "b" }, TimeSpan.Zero))).Field);
        Assert.Null(await Erasure.GetAsync());
    }

    private async Task DecideAsync(string id, string who)
    {
        var decision = Silo.Grains.GetGrain<IDecisionGrain>(id);
        await decision.DecideAsync(new() { ScenarioType = ScenarioType.IncidentResponse, Description = "slow", ContextJson = $$"""{"email":"{{who}}"}""", Objectives = ["minimize_cost"], ActionsJson = ["""{"name":"a","cost":1}""", """{"name":"b","cost":2}"""], Stream = _stream });
        await decision.ReportAsync(new() { Success = true });
    }

    private async Task RecordAsync(int count, string who, bool fails = false)
    {
        ImmutableArray<Experience> experiences = [.. Enumerable.Range(0, count).Select(i => new Experience
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{who}-{i}"),
            Stream = _stream,
            Timestamp = Silo.Clock.GetUtcNow().AddMinutes(-i),
            Success = fails ? i % 10 == 0 : i % 10 != 0,
            ContextJson = string.Create(CultureInfo.InvariantCulture, $$"""{"email":"{{who}}","n":{{i % 7}}}"""),
        })];
        Assert.All(await Silo.Grains.GetGrain<IExperienceStreamGrain>(_stream).AppendAsync(experiences), reply => Assert.Null(reply.Message));
    }
}
