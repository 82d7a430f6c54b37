"""Compose files: which data stores are published to whom, and secrets in the environment."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from rempart.check import Observation, Seen, Vantage
from rempart.collectors.repository.ports import table
from rempart.collectors.repository.secrets import kind_of, written
from rempart.collectors.repository.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import Document, every
from rempart.observations.exposure import LiteralSecret, OpenPort

_PUBLISHED = re.compile(
    r"(?:(?:(?P<ip>\[[^\]]+\]|\d+(?:\.\d+){3}|\$\{[^}]*\}):)?(?P<host>[\d-]*|\$\{[^}]*\}):)?"
    r"(?P<port>\d+(?:-\d+)?|\$\{[^}]*\})(?:/(?P<protocol>\w+))?"
)
_DEFAULT = re.compile(r"\$\{\w+:?-([^}]*)\}")


def compose(path: str, content: bytes) -> Iterator[Observation]:
    """What a Compose file publishes and which secrets it gives.

    Raises ContentErrors for what is no harmless YAML.
    """
    for document in every(content, path):
        services = document.value.get("services") if isinstance(document.value, dict) else None
        if not isinstance(services, dict):
            continue
        for name, service in services.items():
            if isinstance(service, dict):
                yield from _published(path, document, str(name), service)
                yield from _environment(path, document, str(name), service)


def _published(
    path: str, document: Document, name: str, service: dict[str, Any]
) -> Iterator[OpenPort]:
    image = _image(service.get("image"))
    listens = table().images.get(image)
    ports = service.get("ports")
    for place, item in enumerate(ports if isinstance(ports, list) else ()):
        opened = _port(item)
        if opened is None:
            continue
        port, address = opened
        usual = table().services.get(port)
        if usual is None and port != listens:
            continue
        line = document.line_of(("services", name, "ports", place))
        yield OpenPort(
            port,
            usual or image,
            _everywhere(address),
            clean(address, 60),
            key=f"services.{clean(name, 60)}:{port}",
            vantage=Vantage.DECLARED,
            source=path,
            line=line,
            end_line=line,
        )
    if service.get("network_mode") == "host" and listens is not None:
        line = document.line_of(("services", name, "network_mode"))
        yield OpenPort(
            listens,
            table().services.get(listens, image),
            unresolved("network_mode host: the service's own settings decide where it listens"),
            "host network",
            key=f"services.{clean(name, 60)}:{listens}",
            vantage=Vantage.DECLARED,
            source=path,
            line=line,
            end_line=line,
        )


def _image(image: object) -> str:
    """The name of an image without registry, tag and digest."""
    text = str(image or "").partition("@")[0].rpartition("/")[2]
    return text.partition(":")[0].lower()


def _port(item: object) -> tuple[int, str] | None:
    """The container's port and the host address it is published on; None where neither is known.

    Without an address it is every address of the host. Source: compose-spec, 05-services, ports.
    """
    if isinstance(item, int):
        return item, "0.0.0.0"  # noqa: S104  (what Docker does, not what we bind)
    if isinstance(item, dict):
        address = str(item.get("host_ip") or "0.0.0.0")  # noqa: S104
        target = _resolved(str(item.get("target", "")))
        return (int(target), address) if target.isdecimal() else None
    match = _PUBLISHED.fullmatch(str(item))
    if match is None:
        return None
    port = _resolved(match["port"]).partition("-")[0]
    address = _resolved((match["ip"] or "0.0.0.0").strip("[]"))  # noqa: S104
    if not port.isdecimal() or (match["protocol"] or "tcp").lower() != "tcp":
        return None
    return int(port), address


def _everywhere(address: str) -> Seen[bool]:
    """Whether a published port listens on every address of the host; not known for a public one."""
    try:
        bound = ipaddress.ip_address(address)
    except ValueError:
        return unresolved(clean(address, 60))
    if bound.is_unspecified:
        return True
    return False if bound.is_loopback or bound.is_private else unresolved(str(bound))


def _resolved(text: str) -> str:
    match = _DEFAULT.fullmatch(text)
    return match[1] if match else text


def _environment(
    path: str, document: Document, name: str, service: dict[str, Any]
) -> Iterator[LiteralSecret]:
    given = service.get("environment")
    if isinstance(given, list):
        pairs = [(place, *str(item).partition("=")[::2]) for place, item in enumerate(given)]
    elif isinstance(given, dict):
        pairs = [(key, str(key), _text(value)) for key, value in given.items()]
    else:
        return
    for step, variable, value in pairs:
        kind = kind_of(variable)
        literal = written(value.strip("\"'")) if kind else None
        if literal is None:
            continue
        line = document.line_of(("services", name, "environment", step))
        yield LiteralSecret(
            kind,
            clean(variable, 120),
            literal,
            key=f"services.{clean(name, 60)}.environment.{clean(variable, 120)}",
            vantage=Vantage.DECLARED,
            source=path,
            line=line,
            end_line=line,
        )


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, bool) else str(value)
