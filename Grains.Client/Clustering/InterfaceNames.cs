using System.Collections.Concurrent;

namespace NexusActors.Clustering;

/// <summary>Remembers the names of grain interfaces. Orleans reads the attribute by reflection whenever a reference is made, which costs more than the rest of making it.</summary>
internal sealed class InterfaceNames(IServiceProvider services) : IGrainInterfaceTypeProvider
{
    private readonly AttributeGrainInterfaceTypeProvider _attributes = new(services);
    private readonly ConcurrentDictionary<Type, GrainInterfaceType> _known = new();

    /// <summary>The name that an interface has by attribute; false where it has none, and then others decide.</summary>
    public bool TryGetGrainInterfaceType(Type type, out GrainInterfaceType grainInterfaceType)
    {
        if (_known.TryGetValue(type, out grainInterfaceType)) { return true; }
        if (!_attributes.TryGetGrainInterfaceType(type, out grainInterfaceType)) { return false; }
        _known.TryAdd(type, grainInterfaceType);
        return true;
    }
}
