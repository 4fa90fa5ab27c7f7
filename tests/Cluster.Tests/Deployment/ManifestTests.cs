using System.Globalization;
using k8s;
using k8s.Models;
using NexusActors.Hosting;
using NexusActors.Http;
using NexusActors.Processes;

namespace NexusActors.Deployment;

/// <summary>The manifests in k8s/base are well-formed and fit each other and the program.</summary>
public sealed class ManifestTests
{
    private static readonly string Base = Path.Combine(SiloProcess.Repository, "k8s", "base");
    private static readonly V1StatefulSet Set = Load<V1StatefulSet>("statefulset.yaml");
    private static readonly V1Service Service = Load<V1Service>("service.yaml");
    private static V1PodSpec Pod => Set.Spec.Template.Spec;
    private static V1Container Container => Assert.Single(Pod.Containers);

    [Fact]
    public void Kustomization_NamesEveryManifest()
    {
        var listed = File.ReadAllLines(Path.Combine(Base, "kustomization.yaml")).Select(line => line.Trim()).Where(line => line.EndsWith(".yaml", StringComparison.Ordinal)).Select(line => line[2..]);
        Assert.Equal(Directory.GetFiles(Base, "*.yaml").Select(Path.GetFileName).Where(name => name != "kustomization.yaml").Order(), listed.Order());
    }

    [Fact]
    public void Selectors_FindThePods()
    {
        var labels = Set.Spec.Template.Metadata.Labels;
        Assert.Equal(Set.Spec.Selector.MatchLabels, labels);
        Assert.All(Service.Spec.Selector, wanted => Assert.Equal(wanted.Value, labels[wanted.Key]));
        Assert.Equal(Service.Metadata.Name, Set.Spec.ServiceName);
    }

    [Fact]
    public void Ports_AreThoseOfTheProgram()
    {
        var gateway = new GatewayOptions();
        Assert.Equal([gateway.CoordinationPort, gateway.LearningPort, gateway.OptimizationPort], Container.Ports.Select(port => port.ContainerPort));
        Assert.Equal(Container.Ports.Select(port => (port.Name, port.ContainerPort)), Service.Spec.Ports.Select(port => (port.Name, port.Port)));
        Assert.Equal(Container.Ports.Select(port => port.Name), Service.Spec.Ports.Select(port => port.TargetPort.Value));
    }

    [Fact]
    public void Environment_SetsOnlySettingsThatExistToValuesThatFit() => Assert.All(Container.Env, variable =>
    {
        var setting = Assert.Single(SiloSettings.Catalog.All, setting => setting.Key == variable.Name.Replace("__", ":", StringComparison.Ordinal));
        Assert.Null(setting.FaultOf(variable.Value));
    });

    [Fact]
    public void Probes_AskTheProgramForPathsThatItServes()
    {
        (V1Probe Probe, string Path)[] probes = [(Container.StartupProbe, "readyz"), (Container.ReadinessProbe, "readyz"), (Container.LivenessProbe, "healthz")];
        Assert.All(probes, pair =>
        {
            Assert.Equal(["dotnet", Path.GetFileName(SiloProcess.Assembly), "--probe", pair.Path], pair.Probe.Exec.Command);
            Assert.True(pair.Probe.TimeoutSeconds > 3, "the probe gives up by itself after 3 s");
            Assert.True(pair.Probe.TimeoutSeconds <= pair.Probe.PeriodSeconds * 2);
        });
    }

    [Fact]
    public void Stop_HasMoreTimeThanTheProgramTakes() =>
        Assert.True(Pod.TerminationGracePeriodSeconds > new SiloOptions().ShutdownTimeout.TotalSeconds, string.Create(CultureInfo.InvariantCulture, $"{Pod.TerminationGracePeriodSeconds} s"));

    [Fact]
    public void Data_LivesOnTheVolumeOfOneReplica()
    {
        Assert.Equal(1, Set.Spec.Replicas);
        var claim = Assert.Single(Set.Spec.VolumeClaimTemplates);
        var folder = Container.Env.Single(variable => variable.Name == "Nexus__Silo__DataFolder").Value;
        Assert.Equal(folder, Container.VolumeMounts.Single(mount => mount.Name == claim.Metadata.Name).MountPath);
        var volumes = Pod.Volumes.Select(volume => volume.Name).Append(claim.Metadata.Name);
        Assert.All(Container.VolumeMounts, mount => Assert.Contains(mount.Name, volumes));
    }

    [Fact]
    public void Pod_HasNoMoreRightsThanItNeeds()
    {
        Assert.False(Pod.AutomountServiceAccountToken);
        Assert.True(Pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", Pod.SecurityContext.SeccompProfile.Type);
        Assert.True(Container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(Container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], Container.SecurityContext.Capabilities.Drop);
        Assert.False(Container.Resources.Limits.ContainsKey("cpu"));
        Assert.True(Container.Resources.Limits.ContainsKey("memory"));
    }

    private static T Load<T>(string file) =>
        Assert.IsType<T>(Assert.Single(KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(Base, file)), strict: true)));
}
