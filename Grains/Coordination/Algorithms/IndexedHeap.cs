namespace NexusActors.Coordination;

/// <summary>How items of an <see cref="IndexedHeap{T,TOrder}"/> compare, and where each remembers its place.</summary>
internal interface IHeapOrder<T>
{
    /// <summary>Negative when the first comes before the second; a total order.</summary>
    static abstract int Compare(T first, T second);

    /// <summary>The item's place in the heap; −1 when it is in none.</summary>
    static abstract ref int Place(T item);
}

/// <summary>Binary min-heap over items that know their place, so that each can be removed or moved in O(log n). 8 bytes per item.</summary>
internal sealed class IndexedHeap<T, TOrder> where T : class where TOrder : IHeapOrder<T>
{
    private T[] _items = [];

    public int Count { get; private set; }

    /// <summary>The first item. The heap must not be empty.</summary>
    public T Peek => _items[0];

    public void Add(T item)
    {
        if (Count == _items.Length) { Array.Resize(ref _items, Math.Max(4, Count * 2)); }
        Set(Count++, item);
        Up(Count - 1);
    }

    public void Remove(T item)
    {
        var place = TOrder.Place(item);
        var last = _items[--Count];
        _items[Count] = null!;
        TOrder.Place(item) = -1;
        if (place < Count)
        {
            Set(place, last);
            Moved(last);
        }
        if (Count == 0) { _items = []; }
    }

    /// <summary>Puts an item right whose order has changed.</summary>
    public void Moved(T item)
    {
        Up(TOrder.Place(item));
        Down(TOrder.Place(item));
    }

    private void Up(int place)
    {
        var item = _items[place];
        while (place > 0 && TOrder.Compare(item, _items[(place - 1) / 2]) < 0)
        {
            Set(place, _items[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        Set(place, item);
    }

    private void Down(int place)
    {
        var item = _items[place];
        while (true)
        {
            var child = (2 * place) + 1;
            if (child >= Count) { break; }
            if (child + 1 < Count && TOrder.Compare(_items[child + 1], _items[child]) < 0) { child++; }
            if (TOrder.Compare(_items[child], item) >= 0) { break; }
            Set(place, _items[child]);
            place = child;
        }
        Set(place, item);
    }

    private void Set(int place, T item)
    {
        _items[place] = item;
        TOrder.Place(item) = place;
    }
}
