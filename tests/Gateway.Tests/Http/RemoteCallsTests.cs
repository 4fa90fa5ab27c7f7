using System.Collections.Immutable;

namespace NexusActors.Http;

public sealed class RemoteCallsTests
{
    private static readonly RemoteCalls Inside = new();

    [Fact]
    public void OperationId_InsideTheSilo_IsTheCallersOrNone()
    {
        Assert.Null(Inside.OperationId(null));
        Assert.Equal("mine", Inside.OperationId("mine"));
        Assert.Equal("mine", RemoteCalls.OverNetwork.OperationId("mine"));
    }

    [Fact]
    public void OperationId_OverTheNetwork_IsNeverTheSame() => Assert.NotEqual(RemoteCalls.OverNetwork.OperationId(null), RemoteCalls.OverNetwork.OperationId(null));

    [Theory, InlineData(0, new int[0]), InlineData(1000, new[] { 1000 }), InlineData(2500, new[] { 1000, 1000, 500 })]
    public async Task InPortions_OverTheNetwork_SendsAtMostAThousandInOrder(int items, int[] portions)
    {
        var sent = new List<int>();
        var replies = await RemoteCalls.OverNetwork.InPortionsAsync([.. Enumerable.Range(0, items)], portion =>
        {
            sent.Add(portion.Length);
            return Task.FromResult(portion);
        });
        Assert.Equal(portions, sent);
        Assert.Equal(Enumerable.Range(0, items), replies);
    }

    [Fact]
    public async Task InPortions_InsideTheSilo_IsOneCall()
    {
        var calls = 0;
        await Inside.InPortionsAsync([.. Enumerable.Range(0, 5000)], portion =>
        {
            calls++;
            return Task.FromResult<ImmutableArray<int>>(portion);
        });
        Assert.Equal(1, calls);
    }
}
