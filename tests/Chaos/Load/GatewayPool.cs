using System.Collections.Immutable;

namespace NexusActors.Chaos.Load;

/// <summary>The gateways as a load balancer knows them: those that are about to be stopped get no new requests.</summary>
internal sealed class GatewayPool(ImmutableArray<Uri> addresses)
{
    private readonly bool[] _withdrawn = new bool[addresses.Length];

    public ImmutableArray<Uri> Addresses => addresses;

    /// <summary>No new requests to it.</summary>
    public void Withdraw(int gateway) => Volatile.Write(ref _withdrawn[gateway], true);

    /// <summary>It is ready again.</summary>
    public void Return(int gateway) => Volatile.Write(ref _withdrawn[gateway], false);

    /// <summary>That one, or the next that is not withdrawn.</summary>
    public int From(int gateway)
    {
        for (var i = 0; i < addresses.Length; i++)
        {
            var candidate = (gateway + i) % addresses.Length;
            if (!Volatile.Read(ref _withdrawn[candidate])) { return candidate; }
        }
        return gateway % addresses.Length;
    }
}
