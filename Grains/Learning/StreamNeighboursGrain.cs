namespace NexusActors.Learning;

/// <summary>One stream's similar experiences. What nobody asks for any more is given back soon.</summary>
[GrainType("stream-neighbours"), CollectionAgeLimit(Minutes = 15)]
internal sealed class StreamNeighboursGrain : Grain, IStreamNeighboursGrain, IDisposable
{
    private readonly StreamNeighbours _neighbours;

    public StreamNeighboursGrain(NeighbourTools tools) => _neighbours = new(this.GetPrimaryKeyString(), tools);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellation) => _neighbours.StopAsync();

    public Task<NeighbourReport> FindAsync(NeighbourRequest request, CancellationToken cancellation) => _neighbours.FindAsync(request, cancellation);

    public void Dispose() => _neighbours.Dispose();
}
