"""Compose files: which services are published to whom, and what each service decides."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rempart.check import Gap, Observation, Unknown, Vantage
from rempart.collectors.repository.compose_service import Where, given, service_facts
from rempart.collectors.repository.environment import secrets
from rempart.collectors.repository.places import Place
from rempart.collectors.repository.ports import Opening, by_use, table
from rempart.collectors.repository.values import unresolved
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


def compose(path: str, content: bytes) -> Iterator[Observation | Gap]:
    """What a Compose file declares.

    Raises ContentErrors for what is no harmless YAML.
    """
    for document in every(content, path, limits=LIMITS, tagged=True):
        services = document.value.get("services") if isinstance(document.value, dict) else None
        if not isinstance(services, dict):
            continue
        for name, service in services.items():
            if isinstance(service, dict):
                yield from _service(path, document, str(name), services)


def _service(
    path: str, document: Document, name: str, services: dict[str, Any]
) -> Iterator[Observation | Gap]:
    service, key = _whole(services, name), clean(name, 60)

    def where(steps: tuple[Any, ...]) -> Place:
        return Place(path, document.line_of(("services", name, *steps)))

    found = list(published({**service, "ports": services[name].get("ports")}, key, where))
    yield from found
    ports = tuple(one for one in found if isinstance(one, OpenPort))
    yield from service_facts(service, key, where, ports)
    build = services[name].get("build")
    arguments = build.get("args") if isinstance(build, dict) else None
    value, steps = _own(arguments, ("build", "args"))
    yield from secrets(given(value, steps, where), f"{key}.build.args")


def _whole(services: dict[str, Any], name: str, depth: int = 10) -> dict[str, Any]:
    """A service with what it has from others of the same file (`extends`), its own first."""
    own = {key: _own(value, ())[0] for key, value in services[name].items()}
    extends = own.get("extends")
    base = (
        extends.get("service") if isinstance(extends, dict) and "file" not in extends else extends
    )
    if not isinstance(base, str) or base == name or depth <= 0:
        return own
    if not isinstance(services.get(base), dict):
        return own
    return {**_whole(services, base, depth - 1), **own}


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
