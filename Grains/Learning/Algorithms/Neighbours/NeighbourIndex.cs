using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace NexusActors.Learning.Neighbours;

/// <summary>An experience that is near.</summary>
/// <param name="Seq">Its position in the order of arrival.</param>
/// <param name="Square">Square of its distance times the number of features compared.</param>
internal readonly record struct Neighbour(long Seq, double Square);

/// <summary>
/// Finds the nearest of many experiences exactly, by looking at all of them. As many as the processor compares at once lie side by side, feature after feature in memory; a look at them ends as soon as all are further away
/// than the last one that was kept. One thread adds and removes; any number may search meanwhile.
/// </summary>
/// <param name="axes">Numbers of a point.</param>
/// <param name="rowsMax">About so many are kept; of more, the oldest go, some at a time.</param>
internal sealed class NeighbourIndex(int axes, int rowsMax)
{
    /// <summary>Numbers after which a look may end.</summary>
    private const int Stride = 4;

    // Single precision finds who may be near, and double decides: so much does the first err at most.
    private const double Rounding = 1 + 1e-4;

    private const int BlockRowsMin = 64, BlockRowsMax = 8_192;

    private readonly int _blockRowsMax = Math.Clamp(rowsMax / 16, BlockRowsMin, BlockRowsMax);
    private ImmutableArray<Block> _blocks = [];
    private int _count, _successes;

    /// <summary>How many experiences there are.</summary>
    public int Count => _count;

    /// <summary>Of these, those that turned out well.</summary>
    public int Successes => _successes;

    /// <summary>Bytes that one experience takes.</summary>
    public static int RowBytes(int axes) => axes * sizeof(float) + sizeof(long) + sizeof(bool);

    /// <summary>Adds one, in order of arrival.</summary>
    /// <param name="point">Its values by axis.</param>
    /// <param name="seq">Its position, above 0.</param>
    /// <param name="success">Whether it turned out well.</param>
    public void Add(ReadOnlySpan<float> point, long seq, bool success)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(point.Length, axes);
        if (_blocks.IsEmpty || _blocks[^1].IsFull) { _blocks = _blocks.Add(new(axes, Math.Clamp(_count, BlockRowsMin, _blockRowsMax))); }
        _blocks[^1].Add(point, seq, success);
        _count++;
        if (success) { _successes++; }
        if (_count <= rowsMax || _blocks.Length == 1) { return; }
        _count -= _blocks[0].Live;
        _successes -= _blocks[0].Successes;
        _blocks = _blocks.RemoveAt(0);
    }

    /// <summary>Forgets one.</summary>
    public void Remove(long seq)
    {
        foreach (var block in _blocks)
        {
            if (!block.Remove(seq, out var success)) { continue; }
            _count--;
            if (success) { _successes--; }
            return;
        }
    }

    /// <summary>The nearest, nearest first; of those equally near the newest.</summary>
    /// <param name="query">The situation.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellation">Ends the search.</param>
    public ImmutableArray<Neighbour> Nearest(SimilarityQuery query, int count, CancellationToken cancellation = default)
    {
        var (blocks, nearest) = (_blocks, new NearestSoFar(count));
        for (var i = blocks.Length - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            blocks[i].Search(query, nearest);
        }
        return nearest.Found;
    }

    /// <summary>Some experiences that arrived one after another.</summary>
    private sealed class Block
    {
        private static readonly int Lanes = Vector<float>.Count;

        private readonly int _axes;
        private readonly float[] _values;
        private readonly long[] _seqs;
        private readonly bool[] _successes;
        private int _rows;

        public Block(int axes, int rows)
        {
            rows = (rows + Lanes - 1) / Lanes * Lanes;
            (_axes, _values, _seqs, _successes) = (axes, new float[rows * axes], new long[rows], new bool[rows]);
        }

        public bool IsFull => _rows == _seqs.Length;

        /// <summary>Those that were not removed.</summary>
        public int Live { get; private set; }

        public int Successes { get; private set; }

        public void Add(ReadOnlySpan<float> point, long seq, bool success)
        {
            var first = First(_rows);
            for (var axis = 0; axis < point.Length; axis++) { _values[first + axis * Lanes] = point[axis]; }
            (_seqs[_rows], _successes[_rows]) = (seq, success);
            Live++;
            if (success) { Successes++; }
            // Who searches meanwhile sees all of it, or nothing.
            Volatile.Write(ref _rows, _rows + 1);
        }

        public bool Remove(long seq, out bool success)
        {
            var row = Array.IndexOf(_seqs, seq, 0, _rows);
            success = row >= 0 && _successes[row];
            if (row < 0) { return false; }
            Volatile.Write(ref _seqs[row], 0);
            Live--;
            if (success) { Successes--; }
            return true;
        }

        public void Search(SimilarityQuery query, NearestSoFar nearest)
        {
            var rows = Volatile.Read(ref _rows);
            var (values, numbers, missing) = (Asked(query, query.Values), Asked(query, query.Numbers), Asked(query, query.Missing));
            for (var group = (rows - 1) / Lanes; rows > 0 && group >= 0; group--)
            {
                var bound = new Vector<float>((float)(nearest.Bound * Rounding));
                var apart = Apart(group, values, numbers, missing, bound);
                if (Vector.GreaterThanAll(apart, bound)) { continue; }
                for (var lane = Lanes - 1; lane >= 0; lane--)
                {
                    var row = group * Lanes + lane;
                    if (row >= rows || apart[lane] > nearest.Bound * Rounding) { continue; }
                    var seq = Volatile.Read(ref _seqs[row]);
                    if (seq > 0 && !nearest.IsHopeless(seq)) { nearest.Offer(new(seq, query.Square(_values.AsSpan(First(row)), Lanes))); }
                }
            }
        }

        /// <summary>Squares of the distances of a group, or of a part of the features where all are beyond the bound already.</summary>
        private Vector<float> Apart(int group, ReadOnlySpan<(int At, float Value)> values, ReadOnlySpan<(int At, float Value)> numbers, ReadOnlySpan<(int At, float Value)> missing, Vector<float> bound)
        {
            ref var first = ref MemoryMarshal.GetArrayDataReference(_values);
            var start = group * _axes * Lanes;
            var sum = Vector<float>.Zero;
            for (var i = 0; i < values.Length; i++)
            {
                var there = Vector.LoadUnsafe(ref first, (nuint)(start + values[i].At));
                sum += Vector.AndNot(Vector<float>.One, Vector.AsVectorSingle(Vector.Equals(there, new Vector<float>(values[i].Value))));
                if ((i + 1) % Stride == 0 && Vector.GreaterThanAll(sum, bound)) { return sum; }
            }
            for (var i = 0; i < numbers.Length; i++)
            {
                var there = Vector.LoadUnsafe(ref first, (nuint)(start + numbers[i].At));
                var apart = there - new Vector<float>(numbers[i].Value);
                sum += Vector.ConditionalSelect(Vector.Equals(there, there), apart * apart, Vector<float>.One);
                if ((i + 1) % Stride == 0 && Vector.GreaterThanAll(sum, bound)) { return sum; }
            }
            for (var i = 0; i < missing.Length; i++)
            {
                var there = Vector.LoadUnsafe(ref first, (nuint)(start + missing[i].At));
                sum += Vector.BitwiseAnd(Vector<float>.One, Vector.AsVectorSingle(Vector.Equals(there, there)));
            }
            return sum;
        }

        /// <summary>Where the values of some axes lie within a group, with what is asked for.</summary>
        private static (int At, float Value)[] Asked(SimilarityQuery query, ImmutableArray<int> axes) => [.. axes.Select(axis => (axis * Lanes, query[axis]))];

        private int First(int row) => row / Lanes * Lanes * _axes + row % Lanes;
    }
}

/// <summary>The nearest that were found so far, nearest first.</summary>
/// <param name="count">How many at most, at least 1.</param>
internal sealed class NearestSoFar(int count)
{
    private readonly List<Neighbour> _found = new(count + 1);

    /// <summary>Who is further away cannot enter any more.</summary>
    public double Bound { get; private set; } = double.PositiveInfinity;

    /// <summary>Nearest first.</summary>
    public ImmutableArray<Neighbour> Found => [.. _found];

    /// <summary>Whether one cannot enter however near it is: all are the same as what is asked about, and newer.</summary>
    public bool IsHopeless(long seq) => Bound == 0 && seq < _found[^1].Seq;

    /// <summary>Takes in one if it is nearer than the last, or as near and newer.</summary>
    public void Offer(Neighbour one)
    {
        if (one.Square > Bound || (one.Square == Bound && one.Seq < _found[^1].Seq)) { return; }
        var place = _found.Count;
        while (place > 0 && (_found[place - 1].Square > one.Square || (_found[place - 1].Square == one.Square && _found[place - 1].Seq < one.Seq))) { place--; }
        _found.Insert(place, one);
        if (_found.Count > count) { _found.RemoveAt(count); }
        if (_found.Count == count) { Bound = _found[^1].Square; }
    }
}
