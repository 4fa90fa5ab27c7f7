using CsCheck;

namespace NexusActors.Coordination;

public sealed class IndexedHeapTests
{
    private sealed class Item(int id, int rank)
    {
        private int _place = -1;

        public int Id { get; } = id;
        public int Rank { get; set; } = rank;
        public int Place => _place;

        public readonly struct ByRank : IHeapOrder<Item>
        {
            public static int Compare(Item first, Item second) => first.Rank != second.Rank ? first.Rank.CompareTo(second.Rank) : first.Id.CompareTo(second.Id);
            public static ref int Place(Item item) => ref item._place;
        }
    }

    /// <summary>Adds, removals from anywhere and changes of rank: the first is the least, and every item knows its place.</summary>
    [Fact]
    public void Peek_AnyAddsRemovalsAndMoves_IsTheLeastOfASortedList() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1000], Gen.Int[0, 20]).Array[1, 300].Sample(steps =>
        {
            var heap = new IndexedHeap<Item, Item.ByRank>();
            List<Item> items = [];
            var made = 0;
            foreach (var (act, pick, rank) in steps)
            {
                if (act <= 1)
                {
                    items.Add(new((pick * 1000) + made++, rank));   // no id twice: the order is total
                    heap.Add(items[^1]);
                }
                else if (items.Count > 0)
                {
                    var item = items[pick % items.Count];
                    if (act == 2)
                    {
                        heap.Remove(item);
                        items.Remove(item);
                        Assert.Equal(-1, item.Place);
                    }
                    else
                    {
                        item.Rank = rank;
                        heap.Moved(item);
                    }
                }
                Assert.Equal(items.Count, heap.Count);
                Assert.Equal(Enumerable.Range(0, items.Count), items.Select(item => item.Place).Order());
                var byPlace = items.OrderBy(item => item.Place).ToArray();
                for (var i = 1; i < byPlace.Length; i++) { Assert.True(Item.ByRank.Compare(byPlace[(i - 1) / 2], byPlace[i]) < 0, $"the parent of place {i} comes after it"); }
                if (items.Count > 0) { Assert.Same(items.MinBy(item => (item.Rank, item.Id)), heap.Peek); }
            }
        });
}
