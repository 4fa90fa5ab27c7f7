using System.Collections.Immutable;

namespace NexusActors.Learning.Features;

/// <summary>What engines learn from: columns of equal length, one row for each example. Missing values are values.</summary>
/// <param name="Columns">In the order of the schema; names are distinct.</param>
/// <param name="Rows">Examples.</param>
internal sealed record FeatureTable(ImmutableArray<FeatureColumn> Columns, int Rows);

/// <summary>One feature over all examples.</summary>
/// <param name="Name">Path in the experience, such as <c>context.disk.free_gb</c>, or a data set's own name.</param>
internal abstract record FeatureColumn(string Name);

/// <summary>A number.</summary>
/// <param name="Name">Path.</param>
/// <param name="Values">By row; <see cref="double.NaN"/>: missing. Never infinite.</param>
internal sealed record NumericColumn(string Name, ImmutableArray<double> Values) : FeatureColumn(Name);

/// <summary>One of some words.</summary>
/// <param name="Name">Path.</param>
/// <param name="Categories">Words by code.</param>
/// <param name="Codes">By row; -1: missing or not among the words.</param>
internal sealed record CategoryColumn(string Name, ImmutableArray<string> Categories, ImmutableArray<int> Codes) : FeatureColumn(Name);
