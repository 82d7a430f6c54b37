"""What Kubernetes manifests declare: workloads, traffic, storage, secrets, and the cluster itself.

Manifests a kustomization takes are judged as it leaves them, the others as they stand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from posixpath import dirname
from typing import Any, Final

from rempart.check import Gap, Observation
from rempart.collectors.repository.apart import Failed, apart, raised
from rempart.collectors.repository.kubernetes import (
    access,
    credentials,
    flags,
    helm,
    services,
    storage,
    traffic,
)
from rempart.collectors.repository.kubernetes.kustomize import Files, Kustomized, kustomized
from rempart.collectors.repository.kubernetes.objects import Manifest, objects
from rempart.collectors.repository.kubernetes.pods import pod, workload
from rempart.collectors.repository.resource import Resource, Written
from rempart.collectors.repository.rows import table
from rempart.collectors.repository.secrets.given import kind_of, written
from rempart.collectors.repository.topics import observed
from rempart.errors import Reason
from rempart.observations.exposure import LiteralSecret, Workload
from rempart.observations.volumes import Volume

__all__ = ["declared"]

Reader = Callable[[Manifest], Iterable[Observation]]

READERS: Final[Mapping[tuple[str, str], Reader]] = {
    ("Service", ""): services.service,
    ("Ingress", "networking.k8s.io"): traffic.ingress,
    ("Ingress", "extensions"): traffic.ingress,
    ("Route", "route.openshift.io"): traffic.route,
    ("Gateway", "networking.istio.io"): traffic.istio_gateway,
    ("PeerAuthentication", "security.istio.io"): traffic.peer_authentication,
    ("DestinationRule", "networking.istio.io"): traffic.destination_rule,
    ("HTTPProxy", "projectcontour.io"): traffic.http_proxy,
    ("TLSOption", "traefik.io"): traffic.tls_option,
    ("TLSOption", "traefik.containo.us"): traffic.tls_option,
    ("Secret", ""): credentials.in_secret,
    ("SealedSecret", "bitnami.com"): credentials.sealed,
    ("ExternalSecret", "external-secrets.io"): credentials.sealed,
    ("EncryptionConfiguration", "apiserver.config.k8s.io"): storage.encryption_configuration,
    ("EncryptionConfig", ""): storage.encryption_configuration,
    ("KubeletConfiguration", "kubelet.config.k8s.io"): flags.kubelet_configuration,
    ("ClusterConfiguration", "kubeadm.k8s.io"): flags.kubeadm,
    ("HelmRelease", "helm.toolkit.fluxcd.io"): helm.in_release,
    ("Application", "argoproj.io"): helm.in_release,
    ("APIService", "apiregistration.k8s.io"): access.api_service,
    ("ClusterRoleBinding", "rbac.authorization.k8s.io"): access.binding,
    ("RoleBinding", "rbac.authorization.k8s.io"): access.binding,
}


def declared(files: Files, failed: Failed = raised) -> Iterator[Observation | Gap]:
    """Everything the manifests of these files declare; a gap for each base that is elsewhere."""
    built = kustomized(files)
    manifests = [
        one
        for path, documents in files.items()
        if path not in built.taken
        for document in documents
        for one in objects(document, path, dirname(path))
    ]
    told = list(_told_apart([*manifests, *built.manifests]))
    yield from _storage(told)
    yield from _custom(told)
    redirected = traffic.redirected(told)
    for one in told:
        yield from apart(_of(one, redirected), one.path, failed)
    yield from _generated(built)
    for missing, path in built.missing.items():
        yield Gap(
            Workload.__name__, Reason.UNRESOLVED, f"{missing} is not here", key=path, source=path
        )


def _told_apart(manifests: Iterable[Manifest]) -> Iterator[Manifest]:
    """Each object under an address of its own, as far as one root goes."""
    known: dict[tuple[str, str], int] = {}
    for one in manifests:
        place = (one.root, one.address)
        known[place] = known.get(place, 0) + 1
        yield replace(one, name=f"{one.name} #{known[place]}") if known[place] > 1 else one


def _of(manifest: Manifest, redirected: set[tuple[str, str]]) -> Iterator[Observation]:
    reader = READERS.get((manifest.kind, manifest.group))
    if reader is not None:
        yield from reader(manifest)
    elif manifest.kind == "ConfigMap":
        yield from credentials.in_settings(manifest)
        yield from traffic.controller(manifest)
    elif manifest.kind == "Gateway" and manifest.group == "gateway.networking.k8s.io":
        yield from traffic.gateway(manifest, redirected)
    inner = pod(manifest)
    if inner is not None:
        yield workload(manifest, inner)
        yield from credentials.in_environment(manifest, inner)
        yield from flags.in_pod(manifest, inner)
        yield from services.host_ports(manifest, inner)


def _storage(manifests: Iterable[Manifest]) -> Iterator[Observation]:
    of_classes = [one for one in manifests if one.kind == "StorageClass"]
    classes: dict[str, Volume] = {}
    for one in of_classes:
        volume = storage.storage_class(one)
        classes[one.name] = volume
        yield volume
    yield from storage.claims(manifests, classes)


def _custom(manifests: Iterable[Manifest]) -> Iterator[Observation | Gap]:
    """What the rows of the table say of operators' resources."""
    found = table("kubernetes")
    resources: list[Resource] = []
    for one in manifests:
        type_ = f"{one.kind}.{one.group}"
        if type_ in found:
            body = Written(one.value, partial(_line, one))
            resources.append(
                Resource(type_, one.address, one.path, one.line, one.line, body, root=one.root)
            )
    yield from observed(resources, found)


def _line(manifest: Manifest, steps: tuple[Any, ...]) -> int:
    """The line of a part of an object; of the nearest thing around it where it has none."""
    line, value = manifest.line, manifest.value
    for step in steps:
        place = manifest.places.of(value, step)
        if place is None or place[0] != manifest.path:
            break
        line, value = place[1], value[step]
    return line


def _generated(built: Kustomized) -> Iterator[LiteralSecret]:
    """Secrets among the literals of generators."""
    for manifest, generator, text, container, number in built.secrets:
        name, _, value = text.partition("=")
        kind = kind_of(name) or ("key" if generator == "secretGenerator" else "")
        if kind == "key" and not kind_of(name) and credentials.OPEN.fullmatch(name):
            continue
        literal = written(value) if kind else None
        if literal is not None:
            yield credentials.secret(manifest, kind, name, container, number, literal, value)
