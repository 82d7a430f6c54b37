"""What a cluster shows to the world, and whether it speaks clear text there.

Source: Kubernetes documentation, Service, Ingress; Gateway API v1; annotations of ingress-nginx,
the AWS Load Balancer Controller and GKE read; OpenShift routes; Istio, Contour, Traefik references.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.repository.kubernetes.objects import (
    Manifest,
    Node,
    inside,
    listed,
    mapping,
    truth,
    written,
)
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.exposure import PublicEndpoint
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import Transit

VERSIONS: Final = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
REDIRECTS: Final = (
    "nginx.ingress.kubernetes.io/ssl-redirect",
    "nginx.ingress.kubernetes.io/force-ssl-redirect",
    "ingress.kubernetes.io/ssl-redirect",
    "haproxy.org/ssl-redirect",
    "haproxy-ingress.github.io/ssl-redirect",
    "nginx.org/redirect-to-https",
    "ingress.kubernetes.io/force-ssl-redirect",
)
ALB: Final = "alb.ingress.kubernetes.io/"


def ingress(manifest: Manifest) -> Iterator[Observation]:
    """Whether every host of an ingress is served over TLS, and clear text led there."""
    spec, notes = manifest.spec, manifest.annotations
    if any(name.startswith(ALB) for name in notes):
        yield from _alb(manifest, notes)
        return
    hosts = [str(mapping(rule).get("host", "")) for rule in listed(spec.get("rules"))]
    bare = [host for host in hosts or [""] if not _covered(host, listed(spec.get("tls")))]
    if bare:
        words = clean(f"spec.tls does not cover {bare[0] or 'its default host'}", 160)
        if not spec.get("tls"):
            words = "spec.tls is absent"
        where = manifest.where(spec if "tls" in spec else None, "tls")
        yield Transit("ingress", enforced=False, setting=words, **where)
        return
    fact, words, place = _redirect(manifest, notes)
    yield Transit("ingress", fact, words, **manifest.where(*place))


def _covered(host: str, entries: list[Node]) -> bool:
    for entry in entries:
        names = [str(one) for one in listed(mapping(entry).get("hosts"))]
        if not names or host in names:
            return True
        if not host or f"*.{host.partition('.')[2]}" in names:
            return True
    return False


def _redirect(
    manifest: Manifest, notes: Mapping[str, Node]
) -> tuple[Seen[bool], str, tuple[Node, str]]:
    for name in REDIRECTS:
        fact = truth(notes.get(name))
        if fact is not None:
            return fact, written(name, notes[name]), (notes, name)
    name = "kubernetes.io/ingress.allow-http"
    if (fact := truth(notes.get(name))) is not None:
        closed = fact if isinstance(fact, Unknown) else fact is False
        return closed, written(name, notes[name]), (notes, name)
    spec = manifest.spec
    class_ = str(spec.get("ingressClassName") or notes.get("kubernetes.io/ingress.class") or "")
    if class_.startswith("gce") and "networking.gke.io/v1beta1.FrontendConfig" not in notes:
        return False, f"{name} is absent: clear text is served too", (spec, "tls")
    return True, "spec.tls", (spec, "tls")


def _alb(manifest: Manifest, notes: Mapping[str, Node]) -> Iterator[Observation]:
    """An ingress the AWS Load Balancer Controller reads: its annotations alone decide."""
    scheme = notes.get(f"{ALB}scheme")
    if scheme is not None:
        words = written(f"{ALB}scheme", scheme)
        where = manifest.where(notes, f"{ALB}scheme")
        yield PublicEndpoint("load balancer", str(scheme) == "internet-facing", words, **where)
    ports = str(notes.get(f"{ALB}listen-ports", ""))
    secure = "HTTPS" in ports or (not ports and f"{ALB}certificate-arn" in notes)
    clear = '"HTTP"' in ports or not secure
    redirects = f"{ALB}ssl-redirect" in notes or "redirect" in str(
        notes.get(f"{ALB}actions.ssl-redirect", "")
    )
    name = f"{ALB}listen-ports" if ports else f"{ALB}certificate-arn"
    words = written(name, notes[name]) if name in notes else f"{name} is absent"
    where = manifest.where(notes if name in notes else None, name)
    yield Transit("ingress", secure and (redirects or not clear), words, **where)


def gateway(manifest: Manifest, redirected: Iterable[tuple[str, str]]) -> Iterator[Observation]:
    """Whether a gateway (of the Gateway API) has a listener in clear that no route leads to TLS."""
    led = set(redirected)
    for number, one in enumerate(listed(manifest.spec.get("listeners"))):
        listener = mapping(one)
        name = str(listener.get("name", number))
        if (
            listener.get("protocol") == "HTTP"
            and not {(manifest.name, name), (manifest.name, "")} & led
        ):
            words = clean(f"listener {name}: protocol HTTP", 120)
            where = manifest.where(listener, "protocol")
            yield Transit("gateway", enforced=False, setting=words, **where)
            return
    if listed(manifest.spec.get("listeners")):
        yield Transit("gateway", True, "listeners", **manifest.where(manifest.spec, "listeners"))


def redirected(manifests: Iterable[Manifest]) -> set[tuple[str, str]]:
    """The gateways and listeners whose clear text a route leads to TLS."""
    found: set[tuple[str, str]] = set()
    for manifest in manifests:
        if manifest.kind != "HTTPRoute":
            continue
        rules = listed(manifest.spec.get("rules"))
        filters = [one for rule in rules for one in listed(mapping(rule).get("filters"))]
        if not any(inside(one, "requestRedirect", "scheme") == "https" for one in filters):
            continue
        for parent in listed(manifest.spec.get("parentRefs")):
            name, section = mapping(parent).get("name"), mapping(parent).get("sectionName")
            found.add((str(name), str(section or "")))
    return found


def route(manifest: Manifest) -> Iterator[Observation]:
    """An OpenShift route: TLS ends somewhere, and clear text is refused or led there."""
    tls = manifest.spec.get("tls")
    policy = mapping(tls).get("insecureEdgeTerminationPolicy")
    if not isinstance(tls, dict):
        yield Transit("ingress", False, "spec.tls is absent", **manifest.where())
    elif policy == "Allow":
        words = written("insecureEdgeTerminationPolicy", policy)
        where = manifest.where(tls, "insecureEdgeTerminationPolicy")
        yield Transit("ingress", False, words, **where)
    else:
        words = written("tls.termination", tls.get("termination"))
        yield Transit("ingress", True, words, **manifest.where(tls, "termination"))


def istio_gateway(manifest: Manifest) -> Iterator[Observation]:
    """An Istio gateway: each server ends TLS or leads to it."""
    servers = [mapping(one) for one in listed(manifest.spec.get("servers"))]
    for server in servers:
        protocol = str(inside(server, "port", "protocol") or "").upper()
        if (
            protocol in ("HTTP", "HTTP2")
            and truth(inside(server, "tls", "httpsRedirect")) is not True
        ):
            words = f"port.protocol: {protocol}"
            yield Transit("gateway", False, words, **manifest.where(server, "port"))
            break
    else:
        if servers:
            yield Transit("gateway", True, "servers", **manifest.where(manifest.spec, "servers"))
    least = [inside(server, "tls", "minProtocolVersion") for server in servers]
    named = {f"TLSV1_{n}": version for n, version in enumerate(VERSIONS)}
    known = [named[str(one)] for one in least if str(one) in named]
    if known:
        where = manifest.where(manifest.spec, "servers")
        yield from versions(min(known, key=VERSIONS.index), where)


def peer_authentication(manifest: Manifest) -> Iterator[Observation]:
    """Whether a mesh refuses clear text between its workloads; ports may say otherwise."""
    mtls = mapping(manifest.spec.get("mtls"))
    mode = mtls.get("mode")
    ports = mapping(manifest.spec.get("portLevelMtls"))
    weak = [one for one in ports.values() if mapping(one).get("mode") in ("DISABLE", "PERMISSIVE")]
    if weak:
        words = written("portLevelMtls.mode", weak[0]["mode"])
        yield Transit("mesh", False, words, **manifest.where(weak[0], "mode"))
    elif mode in ("STRICT", "PERMISSIVE", "DISABLE"):
        words = written("mtls.mode", mode)
        yield Transit("mesh", mode == "STRICT", words, **manifest.where(mtls, "mode"))
    else:
        yield Transit("mesh", unresolved("mtls.mode is inherited"), "mtls.mode", **manifest.where())


def destination_rule(manifest: Manifest) -> Iterator[Observation]:
    """How a mesh speaks to a destination, where a rule says it."""
    tls = inside(manifest.spec, "trafficPolicy", "tls")
    mode = mapping(tls).get("mode")
    if mode in ("DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"):
        words = written("trafficPolicy.tls.mode", mode)
        yield Transit("mesh", mode != "DISABLE", words, **manifest.where(tls, "mode"))


def http_proxy(manifest: Manifest) -> Iterator[Observation]:
    """A Contour HTTPProxy that serves a host: with TLS, and not in clear beside it."""
    host = mapping(manifest.spec.get("virtualhost"))
    if not host:
        return
    tls = mapping(host.get("tls"))
    least = tls.get("minimumProtocolVersion")
    clear = any(
        truth(mapping(one).get("permitInsecure")) is True
        for one in listed(manifest.spec.get("routes"))
    )
    words = (
        "permitInsecure: true"
        if clear
        else "virtualhost.tls"
        if tls
        else "virtualhost.tls is absent"
    )
    where = manifest.where(host, "tls" if tls else "fqdn")
    yield Transit("ingress", bool(tls) and not clear, words, **where)
    if least is not None:
        yield from versions(f"TLSv{least}", manifest.where(tls, "minimumProtocolVersion"))


def tls_option(manifest: Manifest) -> Iterator[Observation]:
    """The least TLS version of a Traefik TLSOption."""
    least = manifest.spec.get("minVersion")
    words = {"VersionTLS10": "TLSv1", "VersionTLS11": "TLSv1.1", "VersionTLS12": "TLSv1.2"}
    if isinstance(least, str):
        named = words.get(least, "TLSv1.3" if least == "VersionTLS13" else least)
        yield from versions(named, manifest.where(manifest.spec, "minVersion"))


def controller(manifest: Manifest) -> Iterator[Observation]:
    """The versions ingress-nginx offers, by the ConfigMap of its controller."""
    data = mapping(manifest.value.get("data"))
    protocols = data.get("ssl-protocols")
    if isinstance(protocols, str):
        offered = {"TLSv1" if one == "TLSv1.0" else one for one in protocols.split()}
        where = manifest.where(data, "ssl-protocols")
        for version in ("SSLv2", "SSLv3", *VERSIONS):
            yield _version(version, version in offered, where)
    if truth(data.get("ssl-redirect")) is False:
        where = manifest.where(data, "ssl-redirect")
        yield Transit("ingress", False, "ssl-redirect: false", **where)


def versions(least: str, where: Mapping[str, Any]) -> Iterator[TlsVersion]:
    """The versions at and above a minimum; those below are refused."""
    lowest = VERSIONS.index(least) if least in VERSIONS else None
    for number, version in enumerate(VERSIONS):
        unknown = unresolved(clean(least, 60))
        yield _version(version, unknown if lowest is None else number >= lowest, where)


def _version(version: str, offered: Seen[bool], where: Mapping[str, Any]) -> TlsVersion:
    return TlsVersion(version, offered, **{**where, "key": f"{where['key']} {version}"})
