using System.Collections.Immutable;

namespace NexusActors.Learning.Features;

/// <summary>Tables by row: a number, the code of a word, or <see cref="double.NaN"/> where it is missing.</summary>
internal static class FeatureRows
{
    /// <summary>Names and kinds of the columns.</summary>
    public static ImmutableArray<FeatureShape> Shapes(FeatureTable table) =>
        [.. table.Columns.Select(column => new FeatureShape(column.Name, column is CategoryColumn category ? category.Categories : []))];

    /// <summary>One row.</summary>
    public static double[] Row(FeatureTable table, int row) => [.. table.Columns.Select(column => Value(column, row))];

    /// <summary>One value.</summary>
    public static double Value(FeatureColumn column, int row) => column switch
    {
        NumericColumn numeric => numeric.Values[row],
        CategoryColumn category => category.Codes[row] is >= 0 and var code ? code : double.NaN,
        _ => throw new ArgumentException($"{column.Name} is of no known kind", nameof(column)),
    };

    /// <summary>Rows as a table.</summary>
    public static FeatureTable ToTable(ImmutableArray<FeatureShape> shapes, double[][] rows) => new([.. shapes.Select((shape, place) => Column(shape, place, rows))], rows.Length);

    private static FeatureColumn Column(FeatureShape shape, int place, double[][] rows) => shape.IsCategory
        ? new CategoryColumn(shape.Name, shape.Categories, [.. rows.Select(row => double.IsNaN(row[place]) ? -1 : (int)row[place])])
        : new NumericColumn(shape.Name, [.. rows.Select(row => row[place])]);
}
