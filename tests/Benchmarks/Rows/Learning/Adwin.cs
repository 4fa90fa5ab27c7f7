namespace NexusActors.Benchmarks;

/// <summary>The peer of L6: ADWIN2 (Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", SDM 2007) as usual tools have it: five buckets of a size, windows compared at each 32nd value.</summary>
/// <param name="delta">Its confidence; the smaller, the fewer false alarms.</param>
internal sealed class Adwin(double delta)
{
    private const int BucketsMax = 5, Clock = 32, WindowLeast = 10, SideLeast = 5;
    private readonly List<List<Bucket>> _rows = [[]];
    private long _seen;
    private double _width, _sum, _squares;

    /// <summary>Values of a bucket: their sum, and the sum of their squared distances from their mean.</summary>
    private readonly record struct Bucket(double Sum, double Squares);

    /// <summary>Takes one value; whether the window was cut.</summary>
    public bool Add(double value)
    {
        if (_width > 0) { _squares += _width / (_width + 1) * Math.Pow(value - _sum / _width, 2); }
        _width++;
        _sum += value;
        _rows[0].Insert(0, new(value, 0));
        Compress();
        return ++_seen % Clock == 0 && _width > WindowLeast && Cut();
    }

    private void Compress()
    {
        for (var row = 0; row < _rows.Count && _rows[row].Count > BucketsMax; row++)
        {
            if (row + 1 == _rows.Count) { _rows.Add([]); }
            var (older, newer) = (_rows[row][^1], _rows[row][^2]);
            var size = Math.Pow(2, row);
            var apart = (older.Sum - newer.Sum) / size;
            _rows[row + 1].Insert(0, new(older.Sum + newer.Sum, older.Squares + newer.Squares + size / 2 * apart * apart));
            _rows[row].RemoveRange(_rows[row].Count - 2, 2);
        }
    }

    private bool Cut()
    {
        var cut = false;
        for (var again = true; again;)
        {
            again = false;
            var (n0, n1, s0, s1) = (0.0, _width, 0.0, _sum);
            for (var row = _rows.Count - 1; row >= 0 && !again; row--)
            {
                for (var i = _rows[row].Count - 1; i >= 0; i--)
                {
                    var size = Math.Pow(2, row);
                    (n0, n1, s0, s1) = (n0 + size, n1 - size, s0 + _rows[row][i].Sum, s1 - _rows[row][i].Sum);
                    if (n1 < SideLeast) { break; }
                    if (n0 < SideLeast || !Differs(n0, n1, s0 / n0 - s1 / n1)) { continue; }
                    DropOldest();
                    again = cut = true;
                    break;
                }
            }
        }
        return cut;
    }

    private bool Differs(double n0, double n1, double apart)
    {
        var spread = Math.Log(2 * Math.Log(_width) / delta);
        var m = 1 / (n0 - SideLeast + 1) + 1 / (n1 - SideLeast + 1);
        return Math.Abs(apart) > Math.Sqrt(2 * m * _squares / _width * spread) + 2.0 / 3 * spread * m;
    }

    private void DropOldest()
    {
        var row = _rows.Count - 1;
        var (size, oldest) = (Math.Pow(2, row), _rows[row][^1]);
        _rows[row].RemoveAt(_rows[row].Count - 1);
        if (_rows[row].Count == 0 && row > 0) { _rows.RemoveAt(row); }
        _width -= size;
        _sum -= oldest.Sum;
        var apart = oldest.Sum / size - _sum / _width;
        _squares = Math.Max(0, _squares - oldest.Squares - size * _width / (size + _width) * apart * apart);
    }
}
