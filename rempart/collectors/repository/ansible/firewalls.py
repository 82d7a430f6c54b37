"""Firewall rules of hosts that tasks set: ufw, iptables, firewalld.

Source: community.general.ufw, ansible.builtin.iptables, ansible.posix.firewalld.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Observation
from rempart.collectors.repository.opened import opened

_PORTS: Final = re.compile(r"(\d{1,5})(?:[:-](\d{1,5}))?(?:/(\w+))?")
SERVICES: Final = {
    "ssh": 22, "telnet": 23, "http": 80, "https": 443, "postgresql": 5432, "mysql": 3306,
    "redis": 6379, "mongodb": 27017, "elasticsearch": 9200, "rdp": 3389, "ftp": 21, "nfs": 2049,
    "samba": 445, "ldap": 389, "ldaps": 636, "vnc-server": 5900, "kibana": 5601, "memcache": 11211,
    "cockpit": 9090, "docker-registry": 5000, "openssh": 22,
}  # fmt: skip
OPEN_ZONES: Final = frozenset({"public", "external", "dmz", "trusted", ""})
EVERYBODY: Final = "0.0.0.0/0"


def ufw(given: dict[str, Any], key: str, place: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A rule that lets in; without an address it is everybody."""
    rule = given.get("rule")
    if rule not in ("allow", "limit") or given.get("delete") in (True, "yes", "true"):
        return
    if str(given.get("direction", "in")).lower() in ("out", "outgoing"):
        return
    source = next((given[name] for name in ("from_ip", "from", "src") if given.get(name)), "any")
    port = next((given[name] for name in ("to_port", "port", "name", "app") if given.get(name)), "")
    yield from _opened(port, source, str(given.get("proto", "tcp")), key, place)


def iptables(given: dict[str, Any], key: str, place: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A rule of the INPUT chain that accepts."""
    states = given.get("ctstate")
    if given.get("chain") != "INPUT" or str(given.get("jump", "")).upper() != "ACCEPT":
        return
    if given.get("state") == "absent" or (states and "NEW" not in str(states)):
        return
    if given.get("in_interface") == "lo":
        return
    ports = given.get("destination_ports") or given.get("destination_port") or ""
    yield from _opened(
        ports, given.get("source") or EVERYBODY, str(given.get("protocol", "tcp")), key, place
    )


def firewalld(given: dict[str, Any], key: str, place: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A port or service of a zone that everybody comes through."""
    if given.get("state") in ("disabled", "absent"):
        return
    zone = given.get("zone") or ""
    if str(zone) not in OPEN_ZONES:
        return
    port = given.get("port") or given.get("service") or ""
    if port:
        yield from _opened(port, EVERYBODY, "tcp", key, place)


def _opened(port: Any, source: Any, protocol: str, key: str, place: Any) -> Iterator[Observation]:  # noqa: ANN401
    if protocol.lower() not in ("tcp", "any", "all", ""):
        return
    spans: list[tuple[int, int]] = []
    for one in port if isinstance(port, list) else str(port).split(","):
        word = str(one).strip().lower()
        if word in SERVICES:
            spans.append((SERVICES[word], SERVICES[word]))
        elif (match := _PORTS.fullmatch(word)) and (match[3] or "tcp") == "tcp":
            spans.append((int(match[1]), int(match[2] or match[1])))
    if not port:
        spans = [(0, 65_535)]
    values = source if isinstance(source, list) else [source]
    yield from opened(key, spans, values, place)
