using CsCheck;

namespace NexusActors.Coordination;

public sealed class BidsTests
{
    private static PullBid Bid(int max = 10, int units = 10, string[]? skills = null, (string, double)[]? free = null) =>
        new("a", skills ?? ["analysis"], max, units, Sample.Resources(free ?? []));

    private static TaskNeeds Needs(int units = 1, string[]? skills = null, (string, double)[]? resources = null) => new(skills ?? ["analysis"], units, Sample.Amounts(resources ?? []));

    private static AgentSeat Seat(string id, int load = 0, int capacity = 10, AgentMode mode = AgentMode.Passive, bool active = true, bool draining = false, (string, double)[]? resources = null) =>
        new(new() { Profile = Sample.Profile(id, mode, capacity, resources: resources), Active = active, Draining = draining, Load = load });

    [Fact]
    public void PullBid_TakesUntilSomethingRunsOut()
    {
        var bid = Bid(max: 5, units: 5, free: [("gpu", 2)]);
        var task = Needs(2, resources: [("gpu", 1)]);
        Assert.True(bid.Suits(task));
        bid.Take(task);
        bid.Take(task);
        Assert.False(bid.Suits(Needs(1, resources: [("gpu", 1)])));                             // no gpu
        Assert.False(bid.Suits(Needs(2)));                                                      // one unit left
        Assert.True(bid.Suits(Needs(1)));
        Assert.Equal(3, bid.Wants);
    }

    [Fact]
    public void PullBid_WantsNoMore_SuitsNothing()
    {
        var bid = Bid(max: 1);
        bid.Take(Needs());
        Assert.False(bid.Suits(Needs()));
    }

    /// <summary>Never more than was free, whatever is offered in whatever order; and what fits by a hair, fits.</summary>
    [Fact]
    public void PullBid_AnyTasks_NeverTakesMoreThanIsFree() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 20], Gen.Double[0, 10], Gen.Select(Gen.Int[1, 6], Gen.Double[0, 4]).Array[0, 30]).Sample((max, units, memory, tasks) =>
        {
            var bid = Bid(max, units, free: [("memory", memory)]);
            var (taken, usedUnits, usedMemory) = (0, 0, 0.0);
            foreach (var (size, amount) in tasks)
            {
                var task = Needs(size, resources: [("memory", amount)]);
                if (!bid.Suits(task)) { continue; }
                bid.Take(task);
                (taken, usedUnits, usedMemory) = (taken + 1, usedUnits + size, usedMemory + amount);
            }
            return taken <= max && usedUnits <= units && usedMemory <= memory + 1e-6;
        });

    [Fact]
    public void PullBid_ThreeTenthsOutOfThreeTenths_Fit()
    {
        var bid = Bid(free: [("cpu", 0.3)]);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(bid.Suits(Needs(resources: [("cpu", 0.1)])));
            bid.Take(Needs(resources: [("cpu", 0.1)]));
        }
        Assert.False(bid.Suits(Needs(resources: [("cpu", 0.01)])));
    }

    [Fact]
    public void Suits_SkillOrResourceThatIsMissing_IsNotSuited()
    {
        Assert.False(Bid().Suits(Needs(skills: ["analysis", "gpu"])));
        Assert.True(Bid(skills: ["gpu", "analysis", "more"]).Suits(Needs(skills: ["analysis", "gpu"])));
        Assert.False(Bid().Suits(Needs(resources: [("disk", 1)])));
        Assert.True(Bid().Suits(Needs(resources: [("disk", 0)])));
    }

    [Fact]
    public void LeastLoaded_AnySeats_IsTheSmallestShareOfThoseThatCan() =>
        Gen.Select(Gen.Int[0, 12], Gen.Int[1, 12], Gen.Int[0, 9]).Array[0, 8].SelectMany(seats => Gen.Int[1, 4].Select(units => (seats, units))).Sample((seats, units) =>
        {
            AgentSeat[] all = [.. seats.Select((seat, i) => Seat($"a{i}", seat.Item1, seat.Item2, seat.Item3 == 0 ? AgentMode.Pull : AgentMode.Passive, seat.Item3 != 1, seat.Item3 == 2))];
            foreach (var (seat, i) in all.Select((seat, i) => (seat, i))) { seat.Full = seats[i].Item3 == 3; }
            var expected = all.Where((seat, i) => seats[i].Item3 > 3 && seats[i].Item1 + units <= seats[i].Item2).OrderBy(seat => seat.Share).ThenBy(seat => seat.AgentId, StringComparer.Ordinal).FirstOrDefault();
            return new SeatsBid(all).LeastLoaded(Needs(units)) == expected && new SeatsBid(all).Suits(Needs(units)) == expected is not null;
        });

    [Fact]
    public void Unfit_EachObstacle_IsNamed()
    {
        var agent = new AgentView { Profile = Sample.Profile("a", resources: [("gpu", 1)]), Active = true };
        Assert.Null(AgentSeat.Unfit(agent, ["analysis"], Sample.Resources(("gpu", 1))));
        Assert.Equal("inactive", AgentSeat.Unfit(agent with { Active = false }, ["analysis"], Sample.Resources()));
        Assert.Equal("draining", AgentSeat.Unfit(agent with { Draining = true }, ["analysis"], Sample.Resources()));
        Assert.Equal("capability", AgentSeat.Unfit(agent, ["analysis", "gpu"], Sample.Resources()));
        Assert.Equal("resources", AgentSeat.Unfit(agent, ["analysis"], Sample.Resources(("gpu", 2))));
    }

    [Fact]
    public void Signature_DifferentNeeds_DifferAndEqualOnesAreEqual()
    {
        var parts = Gen.OneOf(Gen.Const("a"), Gen.Const("b"), Gen.Const("1"), Gen.Const("a\u001e1"));
        var needs = Gen.Select(parts.Array[1, 3], Gen.Int[1, 2], Gen.Select(parts, Gen.Int[0, 2]).Array[0, 2]);
        Gen.Select(needs, needs).Sample((one, other) =>
        {
            var same = one.Item1.SequenceEqual(other.Item1) && one.Item2 == other.Item2 && one.Item3.SequenceEqual(other.Item3);
            return same == (Text(one.Item1, one.Item2, one.Item3) == Text(other.Item1, other.Item2, other.Item3));
        }, iter: 20_000);

        static string Text(string[] skills, int units, (string, int)[] resources) => TaskNeeds.Signature(skills, units, [.. resources.Select(pair => KeyValuePair.Create(pair.Item1, (double)pair.Item2))]);
    }
}
