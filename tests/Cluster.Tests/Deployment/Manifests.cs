using k8s;
using k8s.Models;
using NexusActors.Hosting;
using NexusActors.Processes;

namespace NexusActors.Deployment;

/// <summary>A folder of manifests, read strictly: an unknown field or a value of the wrong type is an error.</summary>
internal sealed class Manifests(string folder)
{
    private readonly Dictionary<string, IKubernetesObject[]> _files = Directory.GetFiles(PathOf(folder), "*.yaml")
        .Where(path => Path.GetFileName(path) != "kustomization.yaml")
        .ToDictionary(path => Path.GetFileName(path), path => KubernetesYaml.LoadAllFromString(File.ReadAllText(path), strict: true).Cast<IKubernetesObject>().ToArray());

    /// <summary>Names of the files.</summary>
    public IEnumerable<string> Files => _files.Keys;

    /// <summary>What the kustomization lists.</summary>
    public IEnumerable<string> Listed { get; } = [.. File.ReadAllLines(Path.Combine(PathOf(folder), "kustomization.yaml")).Select(line => line.Trim()).Where(line => line.EndsWith(".yaml", StringComparison.Ordinal)).Select(line => line[2..])];

    /// <summary>All of a kind.</summary>
    public T[] All<T>() => [.. _files.Values.SelectMany(objects => objects).OfType<T>()];

    /// <summary>The one of a kind with a name.</summary>
    public T One<T>(string name) where T : IMetadata<V1ObjectMeta> => Assert.Single(All<T>(), one => one.Metadata.Name == name);

    /// <summary>Every template of pods, with the name of its owner.</summary>
    public (string Owner, V1PodTemplateSpec Template)[] Pods =>
    [
        .. All<V1Deployment>().Select(one => (one.Metadata.Name, one.Spec.Template)),
        .. All<V1CronJob>().Select(one => (one.Metadata.Name, one.Spec.JobTemplate.Spec.Template)),
        .. All<V1Job>().Select(one => (one.Metadata.Name, one.Spec.Template)),
    ];

    /// <summary>The settings that a container gets: names as the program knows them, and values where they are here.</summary>
    public IEnumerable<(string Key, string? Value)> SettingsOf(V1Container container) =>
    [
        .. (container.Env ?? []).Select(variable => (variable.Name, variable.Value)),
        .. (container.EnvFrom ?? []).SelectMany(source => One<V1ConfigMap>(source.ConfigMapRef.Name).Data.Select(pair => (pair.Key, (string?)pair.Value))),
    ];

    /// <summary>A program takes only settings that it knows, with values that fit.</summary>
    public void Fit(V1Container container, SettingsCatalog catalog) => Assert.All(SettingsOf(container), pair =>
    {
        var setting = Assert.Single(catalog.All, setting => setting.Key == pair.Key.Replace("__", ":", StringComparison.Ordinal));
        if (pair.Value is not null) { Assert.Null(setting.FaultOf(pair.Value)); }
    });

    /// <summary>Whether pods with these labels are meant.</summary>
    public static bool Selects(V1LabelSelector selector, IDictionary<string, string> labels) => selector.MatchLabels.All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value);

    private static string PathOf(string folder) => Path.Combine(ProductProcess.Repository, "k8s", folder);
}
