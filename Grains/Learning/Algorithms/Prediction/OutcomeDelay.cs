namespace NexusActors.Learning.Prediction;

/// <summary>
/// How long outcomes take to become known, from rows whose outcome is known and rows that still wait (Kaplan and Meier 1958). Known outcomes are a biased sample: what is recent and known was fast.
/// Weighting each known row by one over the chance that it would be known by now makes the sample that of all rows (inverse probability of censoring; Robins and Rotnitzky 1992), as far as
/// delay depends on the stratum and not on the outcome within it.
/// </summary>
internal sealed class OutcomeDelay
{
    /// <summary>Of fewer rows no share is taken.</summary>
    private const int AtRiskMin = 10;

    /// <summary>Delay may differ between so many ranges of conformity: what is easy to foresee is often known sooner.</summary>
    private const int Strata = 5;

    /// <summary>Of what happened so lately that less than that share of any stratum would be known, nothing counts.</summary>
    private const double ShareMin = 0.5;

    /// <summary>Where a smaller share of the rows would be left, the order of arrival does not tell how long outcomes take, and all count alike.</summary>
    private const double MatureMin = 0.1;

    private readonly Dictionary<int, (double[] Delays, double[] Known)> _curves = [];

    /// <summary>Learns the delays as they are known at one moment.</summary>
    /// <param name="strata">By row: groups that may differ in delay.</param>
    /// <param name="elapsed">By row: how long the outcome took, or where it is not known how long it has been waited for. Any unit.</param>
    /// <param name="known">By row.</param>
    public OutcomeDelay(int[] strata, double[] elapsed, bool[] known)
    {
        foreach (var stratum in Enumerable.Range(0, strata.Length).GroupBy(i => strata[i]))
        {
            var order = stratum.OrderBy(i => elapsed[i]).ThenByDescending(i => known[i]).ToArray();
            var (delays, shares, waiting) = (new List<double>(), new List<double>(), 1.0);
            for (var i = 0; i < order.Length; i++)
            {
                if (!known[order[i]]) { continue; }
                waiting *= 1 - 1.0 / (order.Length - i);
                delays.Add(elapsed[order[i]]);
                shares.Add(1 - waiting);
            }

            _curves.Add(stratum.Key, ([.. delays], [.. shares]));
        }
    }

    private OutcomeDelay(Dictionary<int, (double[] Delays, double[] Known)> curves) => _curves = curves;

    /// <summary>
    /// Learns the delays where nobody tells of rows that still wait: from known rows alone, each of which could be known only because its delay was shorter than the time that has passed since (product limit in reverse
    /// time; Lynden-Bell 1971; Lagakos, Barraj and De Gruttola 1988). Delays longer than all that was seen stay unknown.
    /// </summary>
    /// <param name="strata">By row: groups that may differ in delay.</param>
    /// <param name="delays">By row: how long its outcome took.</param>
    /// <param name="passed">By row: how long ago it happened, at least as long.</param>
    public static OutcomeDelay OfKnown(int[] strata, double[] delays, double[] passed)
    {
        var curves = new Dictionary<int, (double[], double[])>();
        foreach (var stratum in Enumerable.Range(0, strata.Length).GroupBy(i => strata[i]))
        {
            double[] took = [.. stratum.Select(i => delays[i]).Order()], ago = [.. stratum.Select(i => passed[i]).Order()];
            var (distinct, shares, share) = (new List<double>(), new List<double>(), 1.0);
            for (int last = took.Length, older = ago.Length; last > 0;)
            {
                var (delay, end) = (took[last - 1], last);
                while (last > 0 && took[last - 1] == delay) { last--; }
                while (older > 0 && ago[older - 1] >= delay) { older--; }
                distinct.Add(delay);
                shares.Add(share);
                // Rows that took at most as long, less those that happened too lately to have taken so long.
                var atRisk = end - older;
                if (atRisk >= AtRiskMin) { share *= 1 - (end - last) / (double)atRisk; }
            }

            distinct.Reverse();
            shares.Reverse();
            curves.Add(stratum.Key, ([.. distinct], [.. shares]));
        }

        return new(curves);
    }

    /// <summary>
    /// By row of one class, all of them known: the chance that it would be known by now, which may depend on how well it was foreseen; NaN: it happened so lately that those like it are not to be told from those that still wait.
    /// </summary>
    /// <param name="happened">By row, in any unit.</param>
    /// <param name="known">By row, when its outcome became known; where that is not later, at once.</param>
    /// <param name="conformity">By row, how well it was foreseen.</param>
    /// <param name="now">Nothing is known later.</param>
    public static double[] KnownShares(double[] happened, double[] known, double[] conformity, double now)
    {
        var shares = new double[happened.Length];
        Array.Fill(shares, 1);
        double[] delays = [.. known.Select((at, i) => Math.Max(0, at - happened[i]))], passed = Array.ConvertAll(happened, at => now - at);
        if (Array.TrueForAll(delays, delay => delay == 0)) { return shares; }
        var (places, strata) = (Enumerable.Range(0, happened.Length).ToArray(), new int[happened.Length]);
        Array.Sort((double[])conformity.Clone(), places);
        for (var rank = 0; rank < places.Length; rank++) { strata[places[rank]] = (int)((long)rank * Strata / places.Length); }
        var delay = OfKnown(strata, delays, passed);
        var mature = 0;
        for (var i = 0; i < shares.Length; i++)
        {
            var least = 1.0;
            for (var stratum = 0; stratum < Strata; stratum++) { least = Math.Min(least, delay.KnownWithin(stratum, passed[i])); }
            shares[i] = least < ShareMin ? double.NaN : delay.KnownWithin(strata[i], passed[i]);
            if (least >= ShareMin) { mature++; }
        }

        if (mature < MatureMin * shares.Length) { Array.Fill(shares, 1); }
        return shares;
    }

    /// <summary>The chance that an outcome is known after that time; 1 for a stratum that was never seen.</summary>
    public double KnownWithin(int stratum, double elapsed)
    {
        if (!_curves.TryGetValue(stratum, out var curve)) { return 1; }
        var place = Array.BinarySearch(curve.Delays, elapsed);
        if (place < 0) { return ~place == 0 ? 0 : curve.Known[~place - 1]; }
        while (place + 1 < curve.Delays.Length && curve.Delays[place + 1] <= elapsed) { place++; }
        return curve.Known[place];
    }

    /// <summary>Weight of a known row that happened that long ago, at most <paramref name="max"/>: few rows must not decide for many.</summary>
    public double Weight(int stratum, double elapsed, double max) => Math.Min(max, 1 / Math.Max(1e-9, KnownWithin(stratum, elapsed)));
}
