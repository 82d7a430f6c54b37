"""Compose files: which data stores are published to whom, and secrets in the environment."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from rempart.check import Gap, Observation, Unknown, Vantage
from rempart.collectors.repository.ports import Opening, by_use, table
from rempart.collectors.repository.secrets import kind_of, written
from rempart.collectors.repository.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import Document, Limits, every
from rempart.observations.exposure import LiteralSecret, OpenPort

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
    """What a Compose file publishes and which secrets it gives.

    Raises ContentErrors for what is no harmless YAML.
    """
    for document in every(content, path, limits=LIMITS, tagged=True):
        services = document.value.get("services") if isinstance(document.value, dict) else None
        if not isinstance(services, dict):
            continue
        for name, service in services.items():
            if isinstance(service, dict):
                yield from _published(path, document, str(name), service)
                yield from _environment(path, document, ("services", str(name), "environment"))
                yield from _environment(path, document, ("services", str(name), "build", "args"))


def _published(
    path: str, document: Document, name: str, service: dict[str, Any]
) -> Iterator[OpenPort | Gap]:
    image = _image(service.get("image"))
    listens = table().images.get(image)
    key = f"services.{clean(name, 60)}"
    openings = []
    ports, steps = _own(service.get("ports"), ("services", name, "ports"))
    for place, item in enumerate(ports if isinstance(ports, list) else ()):
        opened = _ports(item)
        if isinstance(opened, Unknown):
            if listens is not None:
                at = f"{key}.ports[{place}]"
                yield Gap(OpenPort.__name__, opened.reason, opened.detail, key=at, source=path)
            continue
        inside, address = opened
        line = document.line_of((*steps, place))
        if len(inside):
            openings.append(Opening(inside.start, inside.stop - 1, (_bound(address),), line))
    if service.get("network_mode") == "host" and listens is not None:
        line = document.line_of(("services", name, "network_mode"))
        words = "network_mode host: the service's own settings decide where it listens"
        openings.append(Opening(listens, listens, (unresolved(words),), line))
    for found in by_use(openings, key=key, vantage=Vantage.DECLARED, source=path):
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


def _environment(path: str, document: Document, steps: tuple[str, ...]) -> Iterator[LiteralSecret]:
    given: object = document.value
    for part in steps:
        given = given.get(part) if isinstance(given, dict) else None
    given, steps = _own(given, steps)
    pairs: list[tuple[int | str, str, str]] = []
    if isinstance(given, list):
        for place, item in enumerate(given):
            variable, _, value = str(item).partition("=")
            pairs.append((place, variable, value))
    elif isinstance(given, dict):
        pairs += [(key, str(key), _text(value)) for key, value in given.items()]
    name = ".".join(clean(part, 60) for part in steps[1:])
    for step, variable, value in pairs:
        kind = kind_of(variable)
        literal = written(value.strip("\"'")) if kind else None
        if literal is None:
            continue
        line = document.line_of((*steps, step))
        yield LiteralSecret(
            kind,
            clean(variable, 120),
            literal,
            key=f"services.{name}.{clean(variable, 120)}",
            vantage=Vantage.DECLARED,
            source=path,
            line=line,
            end_line=line,
        )


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, bool) else str(value)
