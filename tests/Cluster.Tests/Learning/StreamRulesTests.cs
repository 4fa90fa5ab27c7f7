using System.Globalization;
using NexusActors.Coordination;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Rules of streams against the real ledger.</summary>
public sealed class StreamRulesTests(SiloFixture silo) : SiloTests(silo)
{
    private readonly string _stream = silo.NewName("rules");
    private int _sent;

    private IStreamRulesGrain Rules => Silo.Grains.GetGrain<IStreamRulesGrain>(_stream);

    [Fact]
    public async Task Follow_EnoughExperiences_InducesByItself()
    {
        await AppendAsync(600);

        await UntilAsync(
            async () =>
            {
                await Rules.FollowAsync();
                return (await ListAsync()).Count > 0;
            },
            "a rule is induced");
    }

    [Fact]
    public async Task Follow_AfterReload_EachExperienceCountsOnce()
    {
        await AppendAsync(600);
        await Rules.InduceAsync();
        await AppendAsync(100);
        await Rules.FollowAsync();
        await Rules.FollowAsync();
        await Silo.DeactivateAsync(Rules);
        await AppendAsync(50);

        await Rules.FollowAsync();

        Assert.All((await ListAsync()).Rules, rule => Assert.Equal(150, rule.Since.Experiences));
    }

    [Fact]
    public async Task Set_AfterReload_StaysSo()
    {
        await AppendAsync(600);
        await Rules.InduceAsync();
        var id = (await ListAsync()).Rules[0].Id;
        Assert.True((await Rules.SetAsync(id, pinned: true, disabled: null))!.InForce);
        await Silo.DeactivateAsync(Rules);

        Assert.True((await Rules.SetAsync(id, pinned: null, disabled: null))!.Pinned);
        Assert.Null(await Rules.SetAsync("rule-none", pinned: true, disabled: null));
    }

    /// <summary>What another activation has written is neither lost nor overwritten: it is read anew.</summary>
    [Fact]
    public async Task Follow_AnotherActivationCameFirst_GoesOnFromWhatIsStored()
    {
        await AppendAsync(600);
        await Rules.InduceAsync();
        var rule = (await ListAsync()).Rules[0];
        var stored = (await Silo.Ledger.FindDocumentAsync(StoredRule.Kind, rule.Id))!;
        var record = StoredRule.Read(stored);
        var elsewhere = stored with { Version = stored.Version + 1, Body = StoredRule.Body(record with { Life = record.Life.Set(pinned: false, disabled: true) }) };
        Assert.Equal(CommitOutcome.Done, Assert.Single(await Silo.Ledger.CommitAsync([new() { Change = new DocumentUpdate(elsewhere) }])).Outcome);
        await AppendAsync(40);

        await Rules.FollowAsync();

        var after = (await Silo.Grains.GetGrain<IRuleCatalogGrain>(0).GetAsync(rule.Id))!;
        Assert.Equal((true, 40L), (after.Disabled, after.Since.Experiences));
    }

    /// <summary>Silos count their own uses; whoever comes second adds to what is stored.</summary>
    [Fact]
    public async Task Use_AnotherActivationCameFirst_BothCount()
    {
        await AppendAsync(600);
        await Rules.InduceAsync();
        var (id, now) = ((await ListAsync()).Rules[0].Id, Silo.Clock.GetUtcNow());
        await Rules.UseAsync([new(id, 3, now)]);
        var stored = (await Silo.Ledger.FindDocumentAsync(StoredRule.Kind, id))!;
        var elsewhere = stored with { Version = stored.Version + 1, Body = StoredRule.Body(StoredRule.Read(stored).With(new RuleUse(id, 4, now.AddMinutes(1)))) };
        Assert.Equal(CommitOutcome.Done, Assert.Single(await Silo.Ledger.CommitAsync([new() { Change = new DocumentUpdate(elsewhere) }])).Outcome);

        await Rules.UseAsync([new(id, 2, now), new("rule-gone", 1, now)]);
        await Silo.DeactivateAsync(Rules);

        var rule = (await Silo.Grains.GetGrain<IRuleCatalogGrain>(0).GetAsync(id))!;
        Assert.Equal((9L, now.AddMinutes(1)), (rule.UsageCount, rule.LastUsed));
    }

    [Fact]
    public async Task Induce_ManyAtOnce_IsDoneOnce()
    {
        await AppendAsync(600);

        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Rules.InduceAsync()));

        Assert.All(replies, reply => Assert.Equal(600, reply.Experiences));
        Assert.Equal((await ListAsync()).Count, (await Silo.Ledger.ReadEventsAsync(0, new() { Types = ["rule.induced"] }, 100_000)).Events.Count(happened => happened.DataJson.Contains($"\"{_stream}\"", StringComparison.Ordinal)));
    }

    private Task<RulePage> ListAsync() => Silo.Grains.GetGrain<IRuleCatalogGrain>(0).ListAsync(new() { Stream = _stream });

    /// <summary>Nearly full disks in region eu fail.</summary>
    private async Task AppendAsync(int count)
    {
        var random = new Random(_sent);
        var experiences = Enumerable.Range(0, count).Select(_ => (Free: random.Next(300) / 10.0, Region: random.Next(2) == 0 ? "eu" : "us")).Select(disk => new Experience
        {
            Id = $"{_stream}-{_sent++}",
            Stream = _stream,
            Timestamp = Silo.Clock.GetUtcNow(),
            Success = random.NextDouble() < (disk.Free < 8 && disk.Region == "eu" ? 0.05 : 0.95),
            ContextJson = string.Create(CultureInfo.InvariantCulture, $$"""{"disk_free_gb":{{disk.Free:F1}},"region":"{{disk.Region}}"}"""),
        });
        await Silo.Grains.GetGrain<IExperienceStreamGrain>(_stream).AppendAsync([.. experiences]);
    }
}
