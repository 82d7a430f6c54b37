"""Ports that firewall rules open, and to whom: one answer for each resource and use of a port."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.check import Fact, OneOf, Unknown, Vantage, any_of, unseen
from rempart.collectors.reach import lets_everybody_in
from rempart.collectors.repository.readers import flat
from rempart.collectors.repository.resource import Body, Resource, Setting
from rempart.collectors.repository.rows import Conditions
from rempart.collectors.repository.rules import fulfilled
from rempart.collectors.repository.terraform.syntax import Reference
from rempart.collectors.repository.terraform.values import shown, unresolved
from rempart.collectors.text import clean
from rempart.documents import decode
from rempart.documents.kept import kept
from rempart.observations.exposure import OpenPort

TABLE: Final = Path(__file__).parent / "tables" / "ports.yaml"
EVERY: Final = range(65_536)
WIDE: Final = 1_000  # ports of a range whose services are not told one by one
EVERYBODY: Final = "everybody"
NO_PORTS: Final = frozenset({"icmp", "icmpv6", "ipv6-icmp", "igmp", "esp", "ah", "1", "58", "50"})
ALL: Final = frozenset({"-1", "all", "*", "any", "null", ""})


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of rule; see the head of the table."""

    type: str | tuple[str, ...]
    sources: tuple[str, ...]
    protocol: str = ""
    blocks: str = ""
    low: str = ""
    high: str = ""
    ports: tuple[str, ...] = ()
    above: bool = False
    when: Conditions = {}
    unless: tuple[str, ...] = ()
    everybody: bool = False
    every: bool = False

    def types(self) -> tuple[str, ...]:
        """The resource types it is about."""
        return (self.type,) if isinstance(self.type, str) else self.type


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The services by port and use, the rules, and the images by name."""

    data: dict[int, str]
    admin: dict[int, str]
    web: dict[int, str]
    rules: tuple[Rule, ...]
    images: dict[str, int] = {}
    named: dict[str, int] = {}

    @property
    def services(self) -> dict[int, str]:
        """What usually answers at a data store's port."""
        return self.data


@lru_cache(maxsize=1)
def table() -> Table:
    """The table of ports."""
    return decode(kept(TABLE), Table)


@lru_cache(maxsize=1)
def _by_type() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in table().rules:
        for type_ in rule.types():
            found.setdefault(type_, []).append(rule)
    return found


@dataclass(frozen=True, slots=True)
class Opening:
    """Ports from `low` to `high`, and the addresses let in; both may not be decided."""

    low: int | Unknown
    high: int
    values: Sequence[Any]
    line: int
    end_line: int = 0
    protocol: str = "tcp"

    def public(self) -> Fact:
        """Whether anybody may connect."""
        return lets_everybody_in(
            one
            for one in self.values
            if unseen(one) or not (isinstance(one, Reference) or one in (None, ""))
        )


def opened(resources: Iterable[Resource]) -> Iterator[OpenPort]:
    """What the rules among these resources open."""
    rules = _by_type()
    found: dict[tuple[str, str], list[Opening]] = {}
    files: dict[tuple[str, str], str] = {}
    for resource in resources:
        for rule in rules.get(resource.type, ()):
            thing = (resource.root, resource.address)
            found.setdefault(thing, []).extend(_openings(rule, resource))
            files[thing] = resource.file
    for (root, address), openings in found.items():
        place = {"source": files[root, address], "root": root, "vantage": Vantage.DECLARED}
        yield from by_use(openings, key=clean(address, 300), **place)


def _openings(rule: Rule, resource: Resource) -> Iterator[Opening]:
    parts: Iterable[tuple[str, Body, int, int]]
    parts = (("", resource.body, resource.line, resource.end_line),)
    if rule.blocks:
        parts = resource.body.parts(rule.blocks)
    for _, body, line, end_line in parts:
        if fulfilled(rule.when, body, resource.body) is False:
            continue
        protocol = _protocol(rule, body)
        if protocol in NO_PORTS:
            continue
        around = resource.body if rule.above else body
        sources = _sources(rule, around)
        values = [one.value for one in sources]
        if rule.everybody and not values and not any(around.at(one) for one in rule.unless):
            values = ["0.0.0.0/0"]
        written = sources and sources[0].line
        where = (sources[0].line, sources[0].end_line) if written else (line, end_line)
        for ports in _ranges(rule, body, protocol):
            low = ports if isinstance(ports, Unknown) else ports.start
            high = 0 if isinstance(ports, Unknown) else ports.stop - 1
            yield Opening(low, high, values, *where, protocol)


def _protocol(rule: Rule, body: Body) -> str:
    for setting in body.at(rule.protocol) if rule.protocol else ():
        if not isinstance(setting.value, Unknown):
            return shown(setting.value).lower()
    return "tcp"


def _sources(rule: Rule, body: Body) -> list[Setting]:
    found = [one for path in rule.sources for one in body.at(path)]
    spread: list[Setting] = []
    for one in flat(found, "open"):
        parts = one.value.split(",") if isinstance(one.value, str) else [one.value]
        for part in parts:
            value = part.strip() if isinstance(part, str) else part
            if unseen(value) or value not in (None, ""):
                spread.append(Setting(one.name, value, one.line, one.end_line))
    return spread


def _ranges(rule: Rule, body: Body, protocol: str) -> list[range | Unknown]:
    if rule.every or (rule.low and protocol in ALL):
        return [EVERY]  # where ports are listed, every protocol still means these ports
    ends = [body.at(path) for path in (rule.low, rule.high) if path]
    if any(one.value is not None for end in ends for one in end):
        return [_between(*[end[0].value if end else None for end in ends])]
    listed = [one for path in rule.ports for one in flat(body.at(path), "open")]
    written = [one.value for one in listed if one.value is not None]
    return [_listed(part) for one in written for part in _split(one)] or [EVERY]


def _between(low: Any, high: Any) -> range | Unknown:  # noqa: ANN401
    for end in (low, high):
        if isinstance(end, Unknown):
            return end
    first, last = _number(low), _number(high if high is not None else low)
    if first is None or last is None:
        return unresolved(shown(low if first is None else high)[:60])
    return EVERY if first == -1 or last == -1 else range(first, last + 1)


def _split(value: Any) -> list[Any]:  # noqa: ANN401
    return value.split(",") if isinstance(value, str) else [value]


def _listed(item: Any) -> range | Unknown:  # noqa: ANN401
    """A port or range as "5432", "5000-6000", "5000:6000" or "5000/6000"; * is every port."""
    if isinstance(item, Unknown):
        return item
    text = shown(item).strip().replace(":", "-").replace("/", "-")
    if text.lower() in ("*", "any", "all", "-1", "-1--1", ""):
        return EVERY
    low, _, high = text.partition("-")
    first, last = _number(low), _number(high or low)
    if first is None or last is None or isinstance(item, OneOf):
        return _named(text)
    return range(first, last + 1)


def _named(text: str) -> range | Unknown:
    """Ports by the name of a rule, as `ssh-tcp`, `http-8080-tcp` or `all-all`."""
    name, _, protocol = text.lower().rpartition("-")
    port = table().named.get(name) or _number(name.rpartition("-")[2])
    if protocol in ("tcp", "udp", "all", "icmp"):
        if protocol == "icmp":
            return range(0)
        if name == "all":
            return EVERY
        if port is not None:
            return range(port, port + 1)
    return unresolved(text[:60])


def _number(value: Any) -> int | None:  # noqa: ANN401
    text = shown(value).strip()
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 7 else None


def use_of(port: int) -> tuple[str, str]:
    """What a port is for (data, admin, web, other), and what usually answers there."""
    known = table()
    for use, services in (("data", known.data), ("admin", known.admin), ("web", known.web)):
        if port in services:
            return use, services[port]
    return "other", ""


def by_use(openings: Sequence[Opening], **place: Any) -> Iterator[OpenPort]:  # noqa: ANN401
    """One observation for each use of the ports that are opened: data, admin, web, other."""
    uses: dict[str, list[tuple[Opening, list[str]]]] = {}
    for opening in openings:
        for use, ports in _uses(opening):
            uses.setdefault(use, []).append((opening, ports))
    for use, found in uses.items():
        facts = [_publicly(opening) for opening, _ in found]
        public = any_of(*facts)
        deciding = [
            one
            for one, fact in zip(found, facts, strict=True)
            if unseen(fact) == unseen(public) and (unseen(public) or fact is public)
        ]
        opening = deciding[0][0]
        named = dict.fromkeys(port for _, listed in deciding for port in listed)
        sources = dict.fromkeys(_written(one) for open_, _ in deciding for one in open_.values)
        end = max(opening.line, opening.end_line)
        text = clean(", ".join(sources), 200)
        yield OpenPort(
            use, tuple(named)[:20], public, text, line=opening.line, end_line=end, **place
        )


def _publicly(opening: Opening) -> Fact:
    public = opening.public()
    if isinstance(opening.low, Unknown) and public is not False:
        return opening.low
    return public


def _uses(opening: Opening) -> Iterator[tuple[str, list[str]]]:
    """The uses of the ports of an opening, and these ports in words."""
    if not isinstance(opening.low, Unknown) and opening.high < opening.low:
        return
    if isinstance(opening.low, Unknown):
        for use in ("data", "admin", "other"):
            yield use, [shown(opening.low)[:60]]
        return
    known, ports = table(), range(opening.low, opening.high + 1)
    whole = "0-65535" if len(ports) >= len(EVERY) - 1 else f"{ports.start}-{opening.high}"
    rest = len(ports)
    for use, services in (("data", known.data), ("admin", known.admin), ("web", known.web)):
        found = [port for port in services if port in ports]
        rest -= len(found)
        if found and not (use == "web" and len(ports) > WIDE):
            wide = len(ports) > WIDE
            yield use, [whole] if wide else [f"{port} {services[port]}" for port in found]
    if rest > 0:
        udp = " UDP" if opening.protocol in ("udp", "17") else ""
        yield "other", [f"{whole if len(ports) > 1 else ports.start}{udp}"]


def _written(value: Any) -> str:  # noqa: ANN401
    return value.detail if isinstance(value, Unknown) else shown(value)
