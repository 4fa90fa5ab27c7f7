using CsCheck;
using NexusActors.Learning.Fit;

namespace NexusActors.Coordination;

public sealed class FitChoiceTests
{
    private static readonly TaskNeeds Needs = new(["analysis"], 1, []);

    private static AgentSeat Seat(string id, int load = 0) => new(new() { Profile = Sample.Profile(id, AgentMode.Passive, 10), Active = true, Draining = false, Load = load });

    /// <summary>Whoever is chosen can take it, is about as good as the best, and no other of whom that is true has less to do.</summary>
    [Fact]
    public void Best_AnySeats_LeastLoadedOfThoseAboutAsGoodAsTheBest() =>
        Gen.Select(Gen.Int[0, 12], Gen.Double[0.05, 0.95], Gen.Double[1, 100]).Array[0, 8].Sample(seats =>
        {
            AgentSeat[] all = [.. seats.Select((seat, i) => Seat($"a{i}", seat.Item1))];
            FitExpectation Of(AgentSeat seat) => seats[int.Parse(seat.AgentId.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)] is var (_, success, seconds) ? new(success, seconds, FitLevel.Agent, 10) : default;
            var able = all.Where(seat => seat.CanBeOffered(Needs)).ToArray();

            var best = FitChoice.Best(all, Needs, seat => Of(seat));

            if (able.Length == 0)
            {
                Assert.Null(best);
                return;
            }
            var alike = able.Where(seat => FitChoice.TimeToSuccess(Of(seat)) <= able.Min(one => FitChoice.TimeToSuccess(Of(one))) * FitChoice.Alike).ToArray();
            Assert.Equal(alike.OrderBy(seat => seat.Share).ThenBy(seat => seat.AgentId, StringComparer.Ordinal).First(), best!.Value.Seat);
            Assert.Equal(Of(best.Value.Seat), best.Value.Fit);
        });

    [Fact]
    public void Best_NothingIsKnown_NoOpinion() => Assert.Null(FitChoice.Best([Seat("a"), Seat("b")], Needs, _ => null));

    [Theory, InlineData(0.5, 10.0, 20.0), InlineData(0.25, null, 4.0)]
    public void TimeToSuccess_FailuresAreDoneAgain(double success, double? seconds, double expected) => Assert.Equal(expected, FitChoice.TimeToSuccess(new(success, seconds, FitLevel.Agent, 1)), 12);
}
