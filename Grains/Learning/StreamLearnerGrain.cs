using System.Collections.Immutable;

namespace NexusActors.Learning;

/// <summary>One stream's models.</summary>
[GrainType("stream-learner")]
internal sealed class StreamLearnerGrain : Grain, IStreamLearnerGrain, IDisposable
{
    private readonly StreamLearner _learner;

    public StreamLearnerGrain(LearnerTools tools) => _learner = new(this.GetPrimaryKeyString(), tools);

    public override Task OnActivateAsync(CancellationToken cancellation) => _learner.LoadAsync(cancellation);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellation) => _learner.StopAsync();

    public Task<PredictionReply> PredictAsync(PredictionRequest request, CancellationToken cancellation) => Task.FromResult(_learner.Predict(request));

    public Task<ImmutableArray<PredictionReply>> PredictManyAsync(ImmutableArray<PredictionRequest> requests, CancellationToken cancellation) => _learner.PredictManyAsync(requests);

    public Task<bool> FollowAsync(CancellationToken cancellation) => _learner.FollowAsync(cancellation);

    public Task<StreamLearning> TrainAsync(bool wait, CancellationToken cancellation) => _learner.TrainAsync(wait, cancellation);

    public Task ForgetAsync(string cause, CancellationToken cancellation) => _learner.ForgetAsync(cause, cancellation);

    public Task<StreamLearning> StateAsync(CancellationToken cancellation) => Task.FromResult(_learner.State());

    public void Dispose() => _learner.Dispose();
}
