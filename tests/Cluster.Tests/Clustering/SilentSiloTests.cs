using NexusActors.Processes;

namespace NexusActors.Clustering;

/// <summary>A silo that stands still without a word: nobody is told that its connections are gone, so its peers must find out by themselves.</summary>
public sealed class SilentSiloTests
{
    private const int Active = 3, Dead = 6;

    /// <summary>With a third silo the two others ask each other to look as well, before they vote.</summary>
    [Fact]
    public async Task Silo_StandsStillAmongThree_IsVotedDeadAndEndsItself()
    {
        await using var cluster = await ClusterUnderTest.CreateAsync();
        ClusterSiloProcess[] silos = [cluster.LaunchSilo(), cluster.LaunchSilo(), cluster.LaunchSilo()];
        foreach (var silo in silos) { await silo.WaitReadyAsync(); }

        silos[1].Pause();
        await cluster.UntilAsync(async () => (await cluster.MembersAsync())[silos[1].SiloPort] == Dead, "a silent silo is voted dead", TimeSpan.FromSeconds(15));
        silos[1].Continue();
        Assert.NotEqual(0, await silos[1].WaitExitAsync());

        var members = await cluster.MembersAsync();
        Assert.Equal((Active, Active), (members[silos[0].SiloPort], members[silos[2].SiloPort]));
    }
}
