"""Services that stand outside their cluster: to whom, and with which ports.

Source: Kubernetes documentation, Service; the annotations of the cloud providers' controllers.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rempart.check import Observation, Seen, Unknown, any_of
from rempart.collectors.reach import lets_everybody_in
from rempart.collectors.repository.kubernetes.objects import (
    Manifest,
    Node,
    listed,
    mapping,
    written,
)
from rempart.collectors.repository.ports import Opening, by_use
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.exposure import PublicEndpoint

EVERYWHERE: Final = "0.0.0.0/0"
# Addresses that stand for public ones in examples (RFC 5737, RFC 3849).
DOCUMENTED: Final = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
TOLD: Final = frozenset({"data", "admin"})  # what else stands outside is told as an endpoint
# Annotations by which a load balancer stays inside the network, and the values that say so.
INTERNAL: Final[Mapping[str, tuple[str, ...]]] = {
    "service.beta.kubernetes.io/aws-load-balancer-internal": ("true", "0.0.0.0/0"),
    "service.beta.kubernetes.io/aws-load-balancer-scheme": ("internal",),
    "service.beta.kubernetes.io/azure-load-balancer-internal": ("true",),
    "networking.gke.io/load-balancer-type": ("internal",),
    "cloud.google.com/load-balancer-type": ("internal",),
    "service.beta.kubernetes.io/openstack-internal-load-balancer": ("true",),
    "service.beta.kubernetes.io/scw-loadbalancer-private": ("true",),
    "service.beta.kubernetes.io/oci-load-balancer-internal": ("true",),
    "oci-network-load-balancer.oraclecloud.com/internal": ("true",),
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": ("private",),
    "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": (),
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": ("intranet",),
    "service.beta.kubernetes.io/alicloud-loadbalancer-address-type": ("intranet",),
    "service.beta.kubernetes.io/cce-load-balancer-internal-vpc": ("true",),
    "service.beta.kubernetes.io/do-loadbalancer-network": ("internal",),
    "load-balancer.hetzner.cloud/disable-public-network": ("true",),
}


def service(manifest: Manifest) -> Iterator[Observation]:
    """Whether anybody may reach a service from outside the cluster."""
    spec = manifest.spec
    kind = spec.get("type", "ClusterIP")
    external = listed(spec.get("externalIPs"))
    if kind == "LoadBalancer":
        public, words, place = _load_balancer(manifest, spec)
    elif kind == "NodePort":
        public, words, place = True, "type: NodePort", (spec, "type")
    elif external:
        public = _outside(external)
        words, place = (
            clean(f"externalIPs: {', '.join(map(str, external))}", 120),
            (spec, "externalIPs"),
        )
    else:
        return
    yield PublicEndpoint("service", public, words, **manifest.where(*place))
    if public is not False:
        ranges = listed(spec.get("loadBalancerSourceRanges")) if kind == "LoadBalancer" else []
        yield from _ports(manifest, [str(one) for one in ranges] or [EVERYWHERE])


def host_ports(manifest: Manifest, pod: Mapping[str, Node]) -> Iterator[Observation]:
    """The ports of data stores and of administration that a pod opens on its machine."""
    openings: list[Opening] = []
    for container in listed(pod.get("containers")):
        for one in listed(mapping(container).get("ports")):
            port = mapping(one)
            number = port.get("containerPort")
            if isinstance(port.get("hostPort"), int) and isinstance(number, int):
                address = str(port.get("hostIP") or EVERYWHERE)
                line = manifest.where(one, "hostPort")["line"]
                openings.append(Opening(number, number, (address,), line))
    yield from _told(manifest, openings)


def _ports(manifest: Manifest, sources: Sequence[str]) -> Iterator[Observation]:
    """The ports of data stores and of administration that a service lets in."""
    openings: list[Opening] = []
    for one in listed(manifest.spec.get("ports")):
        port = mapping(one)
        target = port.get("targetPort")
        number = target if isinstance(target, int) else port.get("port")
        if isinstance(number, int) and str(port.get("protocol", "TCP")).upper() == "TCP":
            line = manifest.where(one, "port")["line"]
            openings.append(Opening(number, number, tuple(sources), line))
    yield from _told(manifest, openings)


def _told(manifest: Manifest, openings: Sequence[Opening]) -> Iterator[Observation]:
    where = manifest.where()
    place = {name: where[name] for name in ("key", "vantage", "source", "root")}
    yield from (one for one in by_use(openings, **place) if one.use in TOLD)


def _load_balancer(
    manifest: Manifest, spec: Mapping[str, Node]
) -> tuple[Seen[bool], str, tuple[Node, str]]:
    notes = manifest.annotations
    for name, values in INTERNAL.items():
        if name in notes:
            value = str(notes[name]).lower()
            if not values or value in values or (value == "" and "true" in values):
                return False, written(name, notes[name]), (notes, name)
    ranges = spec.get("loadBalancerSourceRanges")
    if isinstance(ranges, list) and ranges:
        words = clean(f"loadBalancerSourceRanges: {', '.join(map(str, ranges))}", 120)
        return lets_everybody_in(ranges), words, (spec, "loadBalancerSourceRanges")
    return True, "type: LoadBalancer", (spec, "type")


def _outside(addresses: list[Node]) -> Seen[bool]:
    import ipaddress

    facts: list[bool | Unknown] = []
    for one in addresses:
        try:
            address = ipaddress.ip_address(str(one))
            shown = any(address in ipaddress.ip_network(each) for each in DOCUMENTED)
            facts.append(address.is_global or shown)
        except ValueError:
            facts.append(unresolved(clean(str(one), 60)))
    return any_of(*facts)
