"""Flags of the cluster's own components, and the files that replace them.

Source: Kubernetes reference, kube-apiserver, kubelet, KubeletConfiguration (v1beta1), kubeadm
ClusterConfiguration (v1beta3, v1beta4).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.repository.kubernetes.arguments import Flags
from rempart.collectors.repository.kubernetes.etcd import etcd
from rempart.collectors.repository.kubernetes.objects import (
    Manifest,
    Node,
    inside,
    listed,
    mapping,
    truth,
)
from rempart.collectors.repository.kubernetes.pods import containers
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.datastores import DataStore
from rempart.observations.sign_in import SignIn
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import PeerVerification, Transit

COMPONENTS: Final = (
    "kube-apiserver",
    "kubelet",
    "etcd",
    "kube-controller-manager",
    "kube-scheduler",
    "apiserver",
    "metrics-server",
)
VERSIONS: Final = {
    "VersionTLS10": "TLSv1",
    "VersionTLS11": "TLSv1.1",
    "VersionTLS12": "TLSv1.2",
    "VersionTLS13": "TLSv1.3",
}


def in_pod(manifest: Manifest, pod: Mapping[str, Node]) -> Iterator[Observation]:
    """What the flags of cluster components in a pod say."""
    for container in containers(pod):
        words = [
            (one, part, number)
            for name in ("command", "args")
            for part in (listed(container.get(name)),)
            for number, one in enumerate(part)
            if isinstance(one, str | int)
        ]
        component = _component(words, container)
        if component:
            yield from judged(_flags(manifest, component, words))


def _component(words: list[tuple[Node, Node, int]], container: Mapping[str, Node]) -> str:
    if not words:
        return ""
    for word, _, _ in words[:6]:
        for part in str(word).split():
            name = part.rpartition("/")[2]
            if name in COMPONENTS:
                return name
    image = str(container.get("image", "")).partition("@")[0].rpartition("/")[2].partition(":")[0]
    flags = any(str(word).startswith("--") for word, _, _ in words)
    return image if flags and image in COMPONENTS else ""


def _flags(manifest: Manifest, component: str, words: list[tuple[Node, Node, int]]) -> Flags:
    flags = Flags(manifest, component)
    pending = ""
    for word, part, number in words:
        for text in str(word).split():
            if text.startswith("--"):
                name, sign, value = text.removeprefix("--").partition("=")
                flags.add(name, value.strip("\"'"), part, number)
                pending = "" if sign else name
            elif pending:
                flags.add(pending, text, part, number)
                pending = ""
    return flags


def judged(flags: Flags) -> Iterator[Observation]:
    """What a component's flags say of signing in, of TLS and of what it stores."""
    if flags.component in ("kube-apiserver", "apiserver"):
        yield from _api_server(flags)
    elif flags.component == "kubelet":
        yield from _kubelet(flags)
    elif flags.component == "etcd":
        yield from etcd(flags)
    yield from _versions(flags)
    yield from _unverified(flags)


def _api_server(flags: Flags) -> Iterator[Observation]:
    yield _anonymous(flags, None)
    for name in ("basic-auth-file", "token-auth-file"):
        if flags.text(name):
            words = clean(f"--{name}={flags.text(name)}", 120)
            yield SignIn("long_lived", False, words, **flags.where(name))
            break
    else:
        if flags.fact("service-account-lookup") is False:
            words, name = "--service-account-lookup=false", "service-account-lookup"
            yield SignIn("long_lived", False, words, **flags.where(name))
    clear = [
        name
        for name, good in (("insecure-port", "0"), ("insecure-bind-address", None))
        if name in flags and flags.text(name) != good
    ]
    if flags.text("secure-port") == "0":
        clear.append("secure-port")
    halves = [name for name in ("tls-cert-file", "tls-private-key-file") if flags.text(name)]
    if len(halves) == 1:
        clear += halves
    if flags.fact("kubelet-https") is False:
        clear.append("kubelet-https")
    if clear:
        words = ", ".join(f"--{name}={flags.text(name)}" for name in clear)
        yield Transit("cluster", False, clean(words, 200), **flags.where(*clear))
    elif len(halves) == 2:
        yield Transit("cluster", True, "--tls-cert-file", **flags.where("tls-cert-file"))
    name = "encryption-provider-config"
    encrypted: Seen[bool] = False
    words = f"--{name} is absent"
    if flags.text(name):
        words = clean(f"--{name}={flags.text(name)}", 120)
        encrypted = unresolved(f"{words}: the file decides")
    yield DataStore("secret", encrypted, setting=words, **flags.where(name))


def _anonymous(flags: Flags, absent: bool | None) -> Observation:
    """Whether who says no name is refused: no anonymous requests, and no mode that lets all in."""
    fact = flags.fact("anonymous-auth")
    fact = absent if fact is None else fact
    guarded: Seen[bool]
    if fact is None:
        guarded = unresolved("anonymous-auth is absent: authorization decides what they may do")
    else:
        guarded = fact if isinstance(fact, Unknown) else fact is False
    words = [f"--anonymous-auth={flags.text('anonymous-auth') or 'true by default'}"]
    modes = (flags.text("authorization-mode") or "").split(",")
    names = ["anonymous-auth"]
    if "AlwaysAllow" in modes:
        guarded = False
        words.append("--authorization-mode=AlwaysAllow")
        names.insert(0, "authorization-mode")
    return SignIn("anonymous", guarded, ", ".join(words), **flags.where(*names))


def _kubelet(flags: Flags) -> Iterator[Observation]:
    elsewhere = "config" in flags
    yield _anonymous(flags, None if elsewhere else True)
    port = flags.text("read-only-port")
    if port is not None and port != "0":
        words = f"--read-only-port={clean(port, 10)}"
        yield Transit("cluster", False, words, **flags.where("read-only-port"))


def _unverified(flags: Flags) -> Iterator[Observation]:
    """Flags by which a component takes any certificate for that of its peer."""
    for name in ("kubelet-insecure-tls", "insecure-skip-tls-verify", "auto-tls", "peer-auto-tls"):
        if flags.fact(name) is True:
            words = f"--{name}"
            yield PeerVerification("certificate", False, words, **flags.where(name))
            return


def _versions(flags: Flags) -> Iterator[Observation]:
    name = "tls-min-version"
    if name in flags:
        yield from offered(flags.text(name) or "", flags.where(name))


def offered(least: str, where: Mapping[str, Any]) -> Iterator[TlsVersion]:
    """The versions at and above a minimum, as the components name it; those below are refused."""
    lowest = list(VERSIONS).index(least) if least in VERSIONS else None
    for number, version in enumerate(VERSIONS.values()):
        fact: Seen[bool] = unresolved(clean(least, 60)) if lowest is None else number >= lowest
        yield TlsVersion(version, fact, **{**where, "key": f"{where['key']} {version}"})


def kubelet_configuration(manifest: Manifest) -> Iterator[Observation]:
    """The kubelet's own file; anonymous requests are off there unless written otherwise."""
    value = manifest.value
    authentication = mapping(value.get("authentication"))
    anonymous = mapping(authentication.get("anonymous"))
    fact = truth(anonymous.get("enabled"))
    guarded: Seen[bool] = True if fact is None else fact if isinstance(fact, Unknown) else not fact
    mode = inside(value, "authorization", "mode")
    words = f"authentication.anonymous.enabled: {'true' if fact is True else 'false'}"
    place, key = (anonymous, "enabled") if anonymous else (None, "")
    if mode == "AlwaysAllow":
        guarded, words = False, "authorization.mode: AlwaysAllow"
        place, key = value["authorization"], "mode"
    yield SignIn("anonymous", guarded, words, **manifest.where(place, key))
    port = value.get("readOnlyPort")
    if isinstance(port, int) and port != 0:
        words = f"readOnlyPort: {port}"
        yield Transit("cluster", False, words, **manifest.where(value, "readOnlyPort"))
    if isinstance(value.get("tlsMinVersion"), str):
        yield from offered(value["tlsMinVersion"], manifest.where(value, "tlsMinVersion"))


def kubeadm(manifest: Manifest) -> Iterator[Observation]:
    """The API server kubeadm starts, by the arguments its file adds (a mapping, or pairs)."""
    arguments = inside(manifest.value, "apiServer", "extraArgs")
    flags = Flags(manifest, "kube-apiserver")
    for name, value in mapping(arguments).items():
        flags.add(name, str(value), arguments, name)
    for number, one in enumerate(listed(arguments)):
        pair = mapping(one)
        flags.add(str(pair.get("name")), str(pair.get("value")), arguments, number)
    yield from judged(flags)
