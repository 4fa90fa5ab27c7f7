namespace NexusActors.Learning.Plans;

/// <summary>Working days, Monday to Friday, counted from the first day of a plan; each has <see cref="SlotsPerDay"/> slots. Holidays are not known here.</summary>
/// <param name="start">First day; on a weekend the Monday after.</param>
internal sealed class WorkCalendar(DateOnly start)
{
    public const int SlotsPerDay = 4;
    public const int DaysPerWeek = 5;

    private readonly DateOnly _monday = MondayOf(start);
    private readonly int _offset = Workday(start);

    /// <summary>The first day of work.</summary>
    public DateOnly Start => DayOf(0);

    /// <summary>The day in which a slot lies.</summary>
    public DateOnly DayOf(int slot)
    {
        var day = _offset + (slot / SlotsPerDay);
        return _monday.AddDays((day / DaysPerWeek * 7) + (day % DaysPerWeek));
    }

    /// <summary>The last day of work that ends before a slot begins; something without any duration ends on the day in which it lies.</summary>
    public DateOnly LastDay(int start, int end) => DayOf(end > start ? end - 1 : start);

    /// <summary>Slots from the start to the end of a day; 0 or less when it lies before the start.</summary>
    public int SlotsThrough(DateOnly day) => SlotsBefore(day.AddDays(1));

    /// <summary>Slots from the start to the beginning of a day.</summary>
    public int SlotsBefore(DateOnly day)
    {
        var weeks = (MondayOfSameWeek(day).DayNumber - _monday.DayNumber) / 7;
        return ((weeks * DaysPerWeek) + Math.Min(DaysPerWeek, ((int)day.DayOfWeek + 6) % 7) - _offset) * SlotsPerDay;
    }

    public static double Days(double slots) => slots / SlotsPerDay;

    public static double Weeks(double slots) => slots / (SlotsPerDay * DaysPerWeek);

    private static DateOnly MondayOfSameWeek(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    private static DateOnly MondayOf(DateOnly day) => IsWeekend(day) ? MondayOfSameWeek(day).AddDays(7) : MondayOfSameWeek(day);

    private static int Workday(DateOnly day) => IsWeekend(day) ? 0 : (int)day.DayOfWeek - 1;

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
