using k8s.Models;
using NexusActors.Clustering;
using NexusActors.Hosting;
using NexusActors.Http;
using NexusActors.Processes;
using Npgsql;
using SiloOptions = NexusActors.Hosting.SiloOptions;

namespace NexusActors.Deployment;

/// <summary>The manifests in k8s/cluster and k8s/restore are well-formed, fit each other and the programs, and let a cluster be updated, drained and cut off as is meant.</summary>
public sealed class ClusterManifestTests
{
    private static readonly Manifests Cluster = new("cluster"), Restore = new("restore");
    private static readonly V1Deployment Silos = Cluster.One<V1Deployment>("nexus-silo"), Gateways = Cluster.One<V1Deployment>("nexus-gateway");
    private static readonly V1Container Silo = Assert.Single(Silos.Spec.Template.Spec.Containers), Gateway = Assert.Single(Gateways.Spec.Template.Spec.Containers);
    private static readonly V2HorizontalPodAutoscaler Scaler = Assert.Single(Cluster.All<V2HorizontalPodAutoscaler>());

    private static (string Owner, V1PodTemplateSpec Template)[] AllPods => [.. Cluster.Pods, .. Restore.Pods];

    [Fact]
    public void Kustomizations_NameEveryManifest()
    {
        Assert.Equal(Cluster.Files.Order(), Cluster.Listed.Order());
        Assert.Equal(Restore.Files.Order(), Restore.Listed.Order());
    }

    [Fact]
    public void Selectors_FindThePodsOfTheirOwnAndNoOthers()
    {
        Assert.All(Cluster.All<V1Deployment>(), one => Assert.True(Manifests.Selects(one.Spec.Selector, one.Spec.Template.Metadata.Labels), one.Metadata.Name));
        Assert.All(Cluster.All<V1Deployment>(), one => Assert.Single(AllPods, pod => Manifests.Selects(one.Spec.Selector, pod.Template.Metadata.Labels)));
        Assert.All(Cluster.All<V1Deployment>(), one => Assert.All(one.Spec.Template.Spec.TopologySpreadConstraints, spread => Assert.Equal(one.Spec.Selector.MatchLabels, spread.LabelSelector.MatchLabels)));
        Assert.All(Cluster.All<V1PodDisruptionBudget>(), budget => Assert.Equal(Cluster.One<V1Deployment>(budget.Metadata.Name).Spec.Selector.MatchLabels, budget.Spec.Selector.MatchLabels));
        Assert.Equal(Gateways.Metadata.Name, Scaler.Spec.ScaleTargetRef.Name);
        Assert.Null(Gateways.Spec.Replicas);
    }

    [Fact]
    public void Ports_AreThoseOfThePrograms()
    {
        var (silo, gateway) = (new SiloOptions(), new GatewayOptions());
        Assert.Equal([("silo", ClusterSilo.SiloPortOf(silo)), ("grains", ClusterSilo.GatewayPortOf(silo)), ("operations", silo.OperationsPort)], Silo.Ports.Select(port => (port.Name, port.ContainerPort)));
        Assert.Equal([gateway.CoordinationPort, gateway.LearningPort, gateway.OptimizationPort], Gateway.Ports.Select(port => port.ContainerPort));
    }

    [Fact]
    public void Environment_SetsOnlySettingsThatExistToValuesThatFit()
    {
        Cluster.Fit(Silo, SiloSettings.Catalog);
        Cluster.Fit(Gateway, GatewayHost.Catalog);
        Assert.Equal("status.podIP", Silo.Env.Single(variable => variable.Name == "Nexus__Silo__AdvertisedAddress").ValueFrom.FieldRef.FieldPath);
        var shared = Assert.Single(Cluster.All<V1ConfigMap>()).Metadata.Name;
        Assert.All(new[] { Silo, Gateway }, container => Assert.Equal(shared, Assert.Single(container.EnvFrom).ConfigMapRef.Name));
    }

    [Fact]
    public void Secrets_AreReferredToAndNeverHere()
    {
        Assert.Empty(Cluster.All<V1Secret>());
        foreach (var container in AllPods.SelectMany(pod => pod.Template.Spec.Containers))
        {
            var secrets = (container.Env ?? []).Where(variable => variable.Name.EndsWith("ConnectionString", StringComparison.Ordinal)).ToArray();
            Assert.NotEmpty(secrets);
            Assert.All(secrets, variable => Assert.NotNull(variable.ValueFrom.SecretKeyRef.Key));
        }
    }

    [Fact]
    public void Update_NeverHasFewerSilosThanWanted()
    {
        Assert.Equal(3, Silos.Spec.Replicas);
        Assert.All(new[] { Silos, Gateways }, one => Assert.Equal(("0", "1"), (one.Spec.Strategy.RollingUpdate.MaxUnavailable.Value, one.Spec.Strategy.RollingUpdate.MaxSurge.Value)));
        Assert.Equal(30, Silos.Spec.MinReadySeconds);
        Assert.True(int.Parse(Cluster.One<V1PodDisruptionBudget>("nexus-silo").Spec.MinAvailable.Value, null) == Silos.Spec.Replicas - 1, "one silo at a time may be taken away, and one must be");
        Assert.True(int.Parse(Cluster.One<V1PodDisruptionBudget>("nexus-gateway").Spec.MinAvailable.Value, null) < Scaler.Spec.MinReplicas);
        Assert.True(Scaler.Spec.MinReplicas < Scaler.Spec.MaxReplicas);
    }

    [Fact]
    public void Stop_HasMoreTimeThanThePauseAndTheProgramTake()
    {
        var silo = TimeSpan.Parse(Silo.Env.Single(variable => variable.Name == "Nexus__Silo__ShutdownTimeout").Value, null);
        Assert.Equal((150, TimeSpan.FromSeconds(120)), (Silos.Spec.Template.Spec.TerminationGracePeriodSeconds, silo));
        foreach (var (pod, container, stop) in new[] { (Silos, Silo, silo), (Gateways, Gateway, new GatewayProcessOptions().ShutdownTimeout) })
        {
            Assert.True(container.Lifecycle.PreStop.Sleep.Seconds > 0);
            Assert.True(pod.Spec.Template.Spec.TerminationGracePeriodSeconds > container.Lifecycle.PreStop.Sleep.Seconds + stop.TotalSeconds, pod.Metadata.Name);
        }
    }

    [Fact]
    public void Probes_AskForPathsThatThePodServesWhereItCanBeReached()
    {
        Assert.Equal(["/readyz", "/readyz", "/healthz"], ProbesOf(Silo).Select(probe => probe.HttpGet.Path));
        Assert.All(ProbesOf(Silo), probe => Assert.Contains(Silo.Ports, port => port.Name == probe.HttpGet.Port.Value));
        // On loopback no kubelet reaches it.
        Assert.Equal(["healthz", "readyz", "healthz"], ProbesOf(Gateway).Select(probe => probe.Exec.Command[^1]));
        Assert.All(ProbesOf(Gateway), probe => Assert.Equal(["dotnet", "NexusActors.Gateway.dll", "--probe"], probe.Exec.Command.SkipLast(1)));
        Assert.All(ProbesOf(Gateway), probe => Assert.True(probe.TimeoutSeconds > 3, "the probe gives up by itself after 3 s"));
        // Longer than a silo waits before it ends by its own judgement.
        Assert.True(Silo.LivenessProbe.PeriodSeconds * Silo.LivenessProbe.FailureThreshold > DatabaseFence.FallAfter.TotalSeconds);
        Assert.True(Silo.ReadinessProbe.PeriodSeconds * Silo.ReadinessProbe.FailureThreshold <= 10);
    }

    [Fact]
    public void Network_EveryPodIsCutOffButForWhatItNeeds()
    {
        var policies = Cluster.All<V1NetworkPolicy>();
        var deny = Cluster.One<V1NetworkPolicy>("nexus-deny");
        Assert.Equal(["Ingress", "Egress"], deny.Spec.PolicyTypes);
        Assert.True(deny.Spec.Ingress is null && deny.Spec.Egress is null, "it lets nobody through");
        Assert.All(AllPods, pod => Assert.True(Manifests.Selects(deny.Spec.PodSelector, pod.Template.Metadata.Labels), pod.Owner));
        // Who sends must be let out, who listens must let in, on a port that is there.
        foreach (var (from, to, port) in new[] { (Silos, Silos, "silo"), (Gateways, Silos, "grains") })
        {
            Assert.Contains(Silo.Ports, one => one.Name == port);
            Assert.Contains(For(from).SelectMany(policy => policy.Spec.Egress ?? []), rule => rule.To?.Any(peer => Meets(peer, to)) == true && rule.Ports.Any(one => one.Port.Value == port));
            Assert.Contains(For(to).SelectMany(policy => policy.Spec.Ingress ?? []), rule => rule.FromProperty?.Any(peer => Meets(peer, from)) == true && rule.Ports.Any(one => one.Port.Value == port));
        }
        // No gateway comes to the ports that silos have for each other, and nobody comes to a gateway.
        Assert.DoesNotContain(For(Silos).SelectMany(policy => policy.Spec.Ingress ?? []), rule => rule.FromProperty.Any(peer => Meets(peer, Gateways)) && rule.Ports.Any(one => one.Port.Value == "silo"));
        Assert.Empty(For(Gateways).SelectMany(policy => policy.Spec.Ingress ?? []));
        Assert.All(policies.SelectMany(policy => policy.Spec.Ingress ?? []), rule => Assert.True(rule.Ports.Count > 0 && rule.FromProperty.Count > 0));
        Assert.All(policies.SelectMany(policy => policy.Spec.Egress ?? []), rule => Assert.NotEmpty(rule.Ports));
        // Databases, wherever they are: PostgreSQL for all, Redis for silos alone.
        Assert.All(AllPods, pod => Assert.True(LetsOut(pod.Template, NpgsqlConnection.DefaultPort) && LetsOut(pod.Template, 53), pod.Owner));
        Assert.Equal([Silos.Metadata.Name], AllPods.Where(pod => LetsOut(pod.Template, 6379)).Select(pod => pod.Owner));

        V1NetworkPolicy[] For(V1Deployment one) => [.. policies.Where(policy => Manifests.Selects(policy.Spec.PodSelector, one.Spec.Template.Metadata.Labels))];
        bool LetsOut(V1PodTemplateSpec pod, int port) => policies.Where(policy => Manifests.Selects(policy.Spec.PodSelector, pod.Metadata.Labels)).SelectMany(policy => policy.Spec.Egress ?? []).Any(rule => rule.Ports.Any(one => one.Port.Value == $"{port}"));
        static bool Meets(V1NetworkPolicyPeer peer, V1Deployment one) => peer.PodSelector is { } selector && Manifests.Selects(selector, one.Spec.Template.Metadata.Labels);
    }

    [Fact]
    public void Pods_HaveNoMoreRightsThanTheyNeed() => Assert.All(AllPods, pod =>
    {
        var (spec, container) = (pod.Template.Spec, Assert.Single(pod.Template.Spec.Containers));
        Assert.False(spec.AutomountServiceAccountToken);
        Assert.False(spec.EnableServiceLinks);
        Assert.Equal((true, "RuntimeDefault"), (spec.SecurityContext.RunAsNonRoot, spec.SecurityContext.SeccompProfile.Type));
        Assert.NotEqual(0, spec.SecurityContext.RunAsUser);
        Assert.Equal((true, false), (container.SecurityContext.ReadOnlyRootFilesystem, container.SecurityContext.AllowPrivilegeEscalation));
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Equal(["memory"], container.Resources.Limits.Keys);
        Assert.Equal(["cpu", "memory"], container.Resources.Requests.Keys.Order());
        Assert.Equal(spec.Volumes.Select(volume => volume.Name).Order(), container.VolumeMounts.Select(mount => mount.Name).Order());
    });

    [Fact]
    public void Backups_LieOnOneVolumeAndAreProvedByTheScripts()
    {
        var volume = Assert.Single(Cluster.All<V1PersistentVolumeClaim>()).Metadata.Name;
        var jobs = AllPods.Where(pod => pod.Template.Spec.RestartPolicy == "Never").ToArray();
        Assert.Equal(["nexus-backup", "nexus-restore", "nexus-restore-proof"], jobs.Select(job => job.Owner).Order());
        foreach (var (owner, template) in jobs)
        {
            var container = template.Spec.Containers[0];
            Assert.Contains(template.Spec.Volumes, one => one.PersistentVolumeClaim?.ClaimName == volume);
            Assert.Equal("/backups", container.Command[^1]);
            Assert.True(File.Exists(LedgerScript.PathOf(Path.GetFileName(container.Command[1]))), container.Command[1]);
            Assert.Equal(owner != "nexus-backup", container.VolumeMounts.Single(mount => mount.MountPath == "/backups").ReadOnlyProperty ?? false);
        }
        Assert.All(Cluster.All<V1CronJob>(), one => Assert.Equal("Forbid", one.Spec.ConcurrencyPolicy));
        // The restored database is another one, and a restore that failed is not tried on top of itself.
        var restore = Assert.Single(Restore.All<V1Job>());
        Assert.Equal(0, restore.Spec.BackoffLimit);
        Assert.NotEqual(SecretOf(Cluster.One<V1CronJob>("nexus-backup").Spec.JobTemplate.Spec.Template), SecretOf(restore.Spec.Template));
        var image = File.ReadAllText(Path.Combine(ProductProcess.Repository, "Dockerfile"));
        foreach (var name in (string[])["backup", "restore", "postgres-connection", "ledger-check.sql"]) { Assert.Contains($"scripts/{name}", image, StringComparison.Ordinal); }

        static string SecretOf(V1PodTemplateSpec pod) => pod.Spec.Containers[0].Env[0].ValueFrom.SecretKeyRef.Name;
    }

    private static V1Probe[] ProbesOf(V1Container container) => [container.StartupProbe, container.ReadinessProbe, container.LivenessProbe];
}
