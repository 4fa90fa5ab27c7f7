using CsCheck;

namespace NexusActors.Learning;

public sealed class ExperienceTailTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Any order of commits: a position becomes readable up to 15 seconds after it was given. Reads each few seconds give each experience once and leave none out.
    /// </summary>
    [Fact]
    public void IsNew_CommitsInAnyOrder_EachOnceAndNoneLeftOut() =>
        Gen.Select(Gen.Int[0, 15_000].Array[1, 300], Gen.Int[50, 500]).Sample((delays, spacing) =>
        {
            var readable = delays.Select((delay, i) => (Seq: i + 1L, At: Noon.AddMilliseconds(i * spacing + delay))).ToArray();
            var tail = new ExperienceTail();
            var seen = new List<long>();
            for (var now = Noon; now <= Noon.AddMilliseconds(delays.Length * spacing + 60_000); now = now.AddSeconds(3))
            {
                seen.AddRange(readable.Where(one => one.At <= now && one.Seq > tail.Floor).Select(one => one.Seq).OrderDescending().Where(tail.IsNew));
                tail.Completed(now);
            }

            Assert.Equal(readable.Select(one => one.Seq), seen.Order());
        });

    [Fact]
    public void Skip_WhatLiesBelow_IsLeftOut()
    {
        var tail = new ExperienceTail();
        tail.Skip(10);

        Assert.False(tail.IsNew(10));
        Assert.True(tail.IsNew(11));
        Assert.Equal((10, 11), (tail.Floor, tail.Newest));
    }
}
