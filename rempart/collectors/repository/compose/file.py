"""Compose files: which services are published to whom, and what each service decides."""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename, dirname, normpath
from typing import Any, TypeAlias

from rempart.check import Gap, Observation, Unknown, Vantage
from rempart.collectors.repository.compose.names import NAMED
from rempart.collectors.repository.compose.service import Where, given, service_facts
from rempart.collectors.repository.environment import secrets
from rempart.collectors.repository.places import Place
from rempart.collectors.repository.ports import Opening, by_use, table
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import Document, Limits, every
from rempart.observations.exposure import OpenPort

# Anchors are what Compose files share settings by; a bomb ends at the number of nodes.
LIMITS = Limits(size=2_000_000, nodes=200_000, aliases=True)
MANY = 2_000  # ports of one range
_PUBLISHED = re.compile(
    r"(?:(?:(?P<ip>\[[^\]]+\]|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*|\d+(?:\.\d+){3}|\$\{[^}]*\}):)?"
    r"(?P<host>[\d-]*|\$\{[^}]*\}|\$\w+):)?"
    r"(?P<port>\d+(?:-\d+)?|\$\{[^}]*\})(?:/(?P<protocol>\w+))?",
    re.I,
)
_PORT = re.compile(r"[0-9]{1,5}")
_DEFAULT = re.compile(r"\$\{\w+:?-([^}]*)\}")


Files: TypeAlias = Mapping[str, Sequence[Document]]  # by path
_SERVICES = re.compile(rb"^services:[ \t]*(?:#[^\n]*)?\r?$", re.M)
_OVERRIDE = re.compile(r"((?:docker-)?compose)\.override\.ya?ml", re.I)


def read(path: str, content: bytes) -> Sequence[Document]:
    """The documents of a Compose file, by its name or what stands in it; none of any other.

    Raises ContentErrors for a Compose file that is no harmless YAML.
    """
    named = NAMED.fullmatch(basename(path)) is not None
    if not named and (_SERVICES.search(content) is None or b"apiVersion:" in content):
        return ()
    found = every(content, path, limits=LIMITS, tagged=True)
    return [one for one in found if named or _is_compose(one)]


def _is_compose(document: Document) -> bool:
    services = _services(document).values()
    return any(isinstance(one, dict) and {"image", "build"}.intersection(one) for one in services)


def declared(files: Files) -> Iterator[Observation | Gap]:
    """What the Compose files of a repository declare, each service where it is written."""
    for path, documents in files.items():
        for document in documents:
            for name, service in _services(document).items():
                if isinstance(service, dict):
                    yield from _service(files, path, document, str(name))


def _services(document: Document) -> dict[str, Any]:
    services = document.value.get("services") if isinstance(document.value, dict) else None
    return services if isinstance(services, dict) else {}


def _service(files: Files, path: str, document: Document, name: str) -> Iterator[Observation | Gap]:
    own = {part: _own(value, ())[0] for part, value in _services(document)[name].items()}
    around, key = _around(files, path, document, name, 10), clean(name, 60)
    service = {**around, **own, "ports": _services(document)[name].get("ports")}

    def where(steps: tuple[Any, ...]) -> Place:
        return Place(path, document.line_of(("services", name, *steps)))

    found = list(published(service, key, where))
    yield from found
    ports = tuple(one for one in found if isinstance(one, OpenPort))
    service["environment"] = own.get("environment")
    yield from service_facts(service, key, where, ports, around.get("environment"))
    build = own.get("build")
    arguments = build.get("args") if isinstance(build, dict) else None
    value, steps = _own(arguments, ("build", "args"))
    yield from secrets(given(value, steps, where), f"{key}.build.args")


def _around(files: Files, path: str, document: Document, name: str, depth: int) -> dict[str, Any]:
    """What a service has from the one it extends, or from the file it overrides."""
    own = _services(document).get(name)
    extends = own.get("extends") if isinstance(own, dict) else None
    base: object = extends
    there, documents = path, [document]
    if isinstance(extends, dict):
        base = extends.get("service")
        if isinstance(extends.get("file"), str):
            there = normpath(f"{dirname(path)}/{extends['file']}").lstrip("/")
            documents = list(files.get(there, ()))
    elif match := _OVERRIDE.fullmatch(basename(path)):
        base = name
        beside = [f"{dirname(path)}/{match[1]}.{ending}".lstrip("/") for ending in ("yml", "yaml")]
        there = next((one for one in beside if one in files), "")
        documents = list(files.get(there, ()))
    if not isinstance(base, str) or (base == name and there == path) or depth <= 0:
        return {}
    for one in documents:
        value = _services(one).get(base)
        if isinstance(value, dict):
            inner = _around(files, there, one, base, depth - 1)
            return {**inner, **{part: _own(item, ())[0] for part, item in value.items()}}
    return {}


def published(service: Mapping[str, Any], key: str, where: Where) -> Iterator[OpenPort | Gap]:
    """The ports of stores and consoles a container publishes; a Gap where one is not decided."""
    listens = table().images.get(_image(service.get("image")))
    openings = []
    ports, steps = _own(service.get("ports"), ("ports",))
    for step, item in enumerate(ports if isinstance(ports, list) else ()):
        opened = _ports(item)
        place = where((*steps, step))
        if isinstance(opened, Unknown):
            if listens is not None:
                at = f"{key}.ports[{step}]"
                yield Gap(
                    OpenPort.__name__, opened.reason, opened.detail, key=at, source=place.path
                )
            continue
        inside, address = opened
        if len(inside):
            end = inside.stop - 1
            openings.append(Opening(inside.start, end, (_bound(address),), place.line))
    if service.get("network_mode") == "host" and listens is not None:
        line = where(("network_mode",)).line
        words = "network_mode host: the service's own settings decide where it listens"
        openings.append(Opening(listens, listens, (unresolved(words),), line))
    source = where(()).path
    for found in by_use(openings, key=key, vantage=Vantage.DECLARED, source=source):
        if found.use in ("data", "admin"):  # an application's port may stand behind a proxy
            yield found


def _image(image: object) -> str:
    """The name of an image without registry, tag and digest."""
    text = str(image or "").partition("@")[0].rpartition("/")[2]
    return text.partition(":")[0].lower()


def _own(value: object, steps: tuple[str, ...]) -> tuple[object, tuple[str, ...]]:
    """A value under `!override` itself, with where it stands; nothing under `!reset`."""
    if isinstance(value, dict) and len(value) == 1:
        ((tag, inner),) = value.items()
        if tag in ("!override", "!reset"):
            return (None if tag == "!reset" else inner), (*steps, tag)
    return value, steps


def _ports(item: object) -> tuple[range, str] | Unknown:
    """The container's ports and the host address they are published on; none for another protocol.

    Without an address it is every address of the host. Source: compose-spec, 05-services, ports.
    """
    if isinstance(item, int):
        return range(item, item + 1), "0.0.0.0"  # noqa: S104  (what Docker does, not what we bind)
    if isinstance(item, dict):
        address = _resolved(str(item.get("host_ip") or "0.0.0.0"))  # noqa: S104
        port, protocol = _resolved(str(item.get("target", ""))), item.get("protocol")
    else:
        match = _PUBLISHED.fullmatch(str(item).strip())
        if match is None:
            return unresolved(clean(str(item), 60))
        port, protocol = _resolved(match["port"]), match["protocol"]
        address = _resolved(match["ip"] or "0.0.0.0").strip("[]")  # noqa: S104
    if str(protocol or "tcp").lower() != "tcp":
        return range(0), address
    first, _, last = port.partition("-")
    if not (_PORT.fullmatch(first) and _PORT.fullmatch(last or first)):
        return unresolved(clean(port, 60))
    return range(int(first), min(int(last or first), int(first) + MANY) + 1), address


def _bound(address: str) -> str | Unknown:
    """Whom an address on the host lets in: everybody, or only who is near; not known if public."""
    try:
        bound = ipaddress.ip_address(address)
    except ValueError:
        return unresolved(clean(address, 60))
    if bound.is_unspecified or bound.is_loopback or bound.is_private:
        return f"{bound}/0" if bound.is_unspecified else str(bound)
    return unresolved(str(bound))


def _resolved(text: str) -> str:
    match = _DEFAULT.fullmatch(text)
    return match[1] if match else text
