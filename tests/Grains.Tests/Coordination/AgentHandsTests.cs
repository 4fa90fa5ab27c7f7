using CsCheck;

namespace NexusActors.Coordination;

public sealed class AgentHandsTests
{
    private static WorkShare Work(string task, int units = 1, string queue = "default", params (string, double)[] resources) => new(task, queue, units, Sample.Resources(resources));

    /// <summary>Takes, drops and losses in any order, beside a plain list.</summary>
    [Fact]
    public void Units_AnyTakesAndDrops_AreTheSumOfWhatIsHeld() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 4], Gen.Int[1, 5], Gen.Int[0, 2]).Array[0, 60].Sample(steps =>
        {
            var hands = new AgentHands();
            Dictionary<string, (int Units, string Token, string Queue)> held = new(StringComparer.Ordinal);
            foreach (var (act, item, units, lease) in steps)
            {
                var (task, token, queue) = ($"t{item}", $"token {lease}", $"q{item % 2}");
                if (act == 0)
                {
                    hands.Take(Work(task, units, queue, ("gpu", units)), token);
                    held[task] = (units, token, queue);
                }
                else if (act == 1)
                {
                    hands.Drop(task);
                    held.Remove(task);
                }
                else
                {
                    hands.Lose(task, token);
                    if (held.GetValueOrDefault(task).Token == token) { held.Remove(task); }
                }
                Assert.Equal(held.Values.Sum(work => work.Units), hands.Units);
                Assert.Equal(held.Values.Select(work => work.Queue).Distinct().Order(), hands.Queues.Order());
                Assert.Equal(held.GetValueOrDefault(task).Queue, hands.Find(task)?.Queue);
                Assert.Equal(100 - held.Values.Sum(work => work.Units), hands.FreeResources(Sample.Profile("a", resources: [("gpu", 100)]))["gpu"]);
            }
        });

    [Fact]
    public void HasRoom_UnitsOrResourcesUsedUp_IsFalse()
    {
        var profile = Sample.Profile("a", capacity: 3, resources: [("gpu", 1)]);
        var hands = new AgentHands();
        Assert.True(hands.HasRoom(profile, Work("t", 3)));
        Assert.False(hands.HasRoom(profile, Work("t", 4)));
        Assert.False(hands.HasRoom(profile, Work("t", 1, resources: ("disk", 1))));
        hands.Take(Work("t", 1, resources: ("gpu", 1)));
        Assert.True(hands.HasRoom(profile, Work("u", 2)));
        Assert.False(hands.HasRoom(profile, Work("u", 1, resources: ("gpu", 0.5))));
    }

    [Fact]
    public void Reserve_SetAside_CountsUntilItIsGivenBack()
    {
        var hands = new AgentHands();
        hands.Reserve(2);
        Assert.False(hands.HasRoom(Sample.Profile("a", capacity: 2), Work("t")));
        hands.Unreserve(2);
        Assert.True(hands.HasRoom(Sample.Profile("a", capacity: 2), Work("t")));
    }
}
