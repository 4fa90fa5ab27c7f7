using System.Reflection;

namespace NexusActors.Hosting;

/// <summary>The version of this build.</summary>
internal static class ProductVersion
{
    /// <summary>As in <c>0.1.0</c>, without the commit.</summary>
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
