using CsCheck;

namespace NexusActors.Learning.Plans;

public sealed class WorkCalendarTests
{
    private static readonly Gen<DateOnly> Days = Gen.Int[0, 4_000].Select(day => new DateOnly(2024, 1, 1).AddDays(day));

    [Fact]
    public void DayOf_AnyStart_WalksOverWorkingDays() => Gen.Select(Days, Gen.Int[0, 60]).Sample((start, days) =>
    {
        var expected = start;
        while (IsWeekend(expected)) { expected = expected.AddDays(1); }
        for (var day = 0; day < days; day++)
        {
            do { expected = expected.AddDays(1); } while (IsWeekend(expected));
        }
        var calendar = new WorkCalendar(start);
        Assert.Equal(expected, calendar.DayOf(days * WorkCalendar.SlotsPerDay));
        Assert.Equal(expected, calendar.DayOf((days * WorkCalendar.SlotsPerDay) + WorkCalendar.SlotsPerDay - 1));
        Assert.Equal(expected, calendar.LastDay(0, (days + 1) * WorkCalendar.SlotsPerDay));
    });

    [Fact]
    public void SlotsThrough_AnyDay_CountsWorkingDays() => Gen.Select(Days, Gen.Int[-40, 90]).Sample((start, offset) =>
    {
        var (calendar, day) = (new WorkCalendar(start), start.AddDays(offset));
        var days = day >= calendar.Start ? Between(calendar.Start, day.AddDays(1)) : -Between(day.AddDays(1), calendar.Start);
        Assert.Equal(days * WorkCalendar.SlotsPerDay, calendar.SlotsThrough(day));
    });

    private static int Between(DateOnly from, DateOnly to) => Enumerable.Range(0, to.DayNumber - from.DayNumber).Count(day => !IsWeekend(from.AddDays(day)));

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
