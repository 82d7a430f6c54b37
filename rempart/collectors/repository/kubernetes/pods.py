"""Pods, whatever makes them: how far their containers reach, and what they run as.

Source: Kubernetes documentation, Pod Security Standards and the API of PodSpec.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from rempart.check import Observation, Seen, Unknown, any_of
from rempart.collectors.repository.kubernetes.objects import (
    Manifest,
    Node,
    inside,
    listed,
    mapping,
    truth,
)
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.exposure import Workload

# Where the pod stands in what makes it.
PODS: Final[Mapping[str, tuple[str, ...]]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "ReplicationController": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "DeploymentConfig": ("spec", "template", "spec"),
    "Rollout": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Configuration": ("spec", "template", "spec"),
    "Service": ("spec", "template", "spec"),  # of Knative: the core's has no template
    "Revision": ("spec",),
}
CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
HOST: Final = ("hostNetwork", "hostPID", "hostIPC")
# Capabilities with which a container takes its machine over.
MIGHTY: Final = frozenset(
    (
        *("ALL", "BPF", "DAC_OVERRIDE", "DAC_READ_SEARCH", "NET_ADMIN", "PERFMON", "SYS_ADMIN"),
        *("SYS_BOOT", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYSLOG", "MAC_ADMIN"),
        "MAC_OVERRIDE",
    )
)
SOCKETS: Final = ("docker.sock", "containerd.sock", "crio.sock", "podman.sock", "dockershim.sock")


def pod(manifest: Manifest) -> Mapping[str, Node] | None:
    """The pod an object is or makes."""
    path = PODS.get(manifest.kind)
    found = inside(manifest.value, *path) if path else None
    return found if isinstance(found, dict) and "containers" in found else None


def containers(pod: Mapping[str, Node]) -> Iterator[Mapping[str, Node]]:
    """Every container of a pod, those that start first included."""
    for name in CONTAINERS:
        yield from (one for one in listed(pod.get(name)) if isinstance(one, dict))


def workload(manifest: Manifest, pod: Mapping[str, Node]) -> Observation:
    """How far the containers of a pod stand from the machine they run on."""
    found = list(_reaches(manifest, pod))
    words = tuple(dict.fromkeys(word for word, _, _ in found if word))
    open_ = next((place for word, *place in found if not word), None)
    reaches: Seen[tuple[str, ...]] = words
    if not words and open_ is not None:
        reaches = unresolved("whether it is privileged is not decided here")
    container, key = (found[0][1], found[0][2]) if found else (None, "")
    return Workload(reaches, _as_root(pod), **manifest.where(container, key))


def _reaches(manifest: Manifest, pod: Mapping[str, Node]) -> Iterator[tuple[str, Node, str | int]]:
    """Each way out of a container: its name (empty where it is not decided), and its place."""
    for name in HOST:
        fact = truth(pod.get(name))
        if fact is not None and fact is not False:
            yield (name if fact is True else ""), pod, name
    for one in containers(pod):
        context = mapping(one.get("securityContext"))
        fact = truth(context.get("privileged"))
        if fact is not None and fact is not False:
            yield ("privileged" if fact is True else ""), context, "privileged"
        capabilities = mapping(context.get("capabilities"))
        for added in listed(capabilities.get("add")):
            word = str(added).upper().removeprefix("CAP_")
            if word in MIGHTY:
                yield f"capability {word}", capabilities, "add"
        if mapping(context.get("windowsOptions")).get("hostProcess") is True:
            yield "hostProcess", context, "windowsOptions"
    for volume in listed(pod.get("volumes")):
        path = inside(volume, "hostPath", "path")
        if path is not None:
            socket = str(path).endswith(SOCKETS)
            yield (
                ("docker socket" if socket else f"hostPath {clean(str(path), 60)}"),
                volume,
                "hostPath",
            )


def _as_root(pod: Mapping[str, Node]) -> Seen[bool]:
    """Whether any container may run as root; the image decides where nothing says."""
    general = mapping(pod.get("securityContext"))
    facts = [_one_as_root(mapping(one.get("securityContext")), general) for one in containers(pod)]
    return any_of(*facts)


def _one_as_root(own: Mapping[str, Node], general: Mapping[str, Node]) -> bool | Unknown:
    user = own.get("runAsUser", general.get("runAsUser"))
    demanded = truth(own.get("runAsNonRoot", general.get("runAsNonRoot")))
    if demanded is True:
        return False
    if isinstance(user, int):
        return user == 0
    return unresolved("neither runAsNonRoot nor runAsUser: the image decides")
