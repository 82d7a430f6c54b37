"""Database ports that Terraform's firewall rules open, and to whom."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from rempart.check import Gap, Observation, Unknown, Vantage
from rempart.collectors.reach import lets_everybody_in
from rempart.collectors.repository.instances import resources
from rempart.collectors.repository.rows import as_block
from rempart.collectors.repository.syntax import Attribute, Block
from rempart.collectors.repository.values import Module, shown
from rempart.documents import load
from rempart.errors import Reason
from rempart.observations.exposure import OpenPort

TABLE = Path(__file__).parent / "tables" / "ports.yaml"
EVERY = range(65_536)


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of rule; see the head of the table."""

    type: str
    sources: tuple[str, ...]
    protocol: str
    blocks: str = ""
    low: str = ""
    high: str = ""
    ports: tuple[str, ...] = ()
    above: bool = False
    when: dict[str, tuple[str, ...]] = {}
    unless: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The services by port, the rules, and the images by name."""

    services: dict[int, str]
    rules: tuple[Rule, ...]
    images: dict[str, int]


@lru_cache(maxsize=1)
def table() -> Table:
    """The table of ports."""
    return load(TABLE, Table)


def ports(module: Module) -> Iterator[Observation | Gap]:
    """Every database port a rule of the module opens; a Gap where its range is not decided."""
    for rule in table().rules:
        for file, block in resources(module, rule.type):
            for name, inner in _rules(module, rule, block):
                yield from _opened(module, rule, block, inner, file, name)


def _rules(module: Module, rule: Rule, block: Block) -> Iterator[tuple[str, Block]]:
    """The rules in a resource, by name; what a dynamic block makes is one rule."""
    if not rule.blocks:
        yield "", block
        return
    listed = block.attributes.get(rule.blocks)
    if listed is not None:
        for inner in _written_as_list(module, listed):
            yield f".{rule.blocks}", inner
    dynamic = [one for one in block.all("dynamic") if one.labels == (rule.blocks,)]
    found = [*block.all(rule.blocks), *(inner for one in dynamic for inner in one.all("content"))]
    for inner in found:
        yield f".{rule.blocks}", inner


def _written_as_list(module: Module, attribute: Attribute) -> Iterator[Block]:
    """Rules written `ingress = [{...}]`; one whose port is not decided where the list is not."""
    value = module.value(attribute.value)
    for item in value if isinstance(value, tuple) else (value,):
        if item is not None:
            yield as_block(attribute, item if isinstance(item, dict) else {"from_port": item})


def _opened(
    module: Module, rule: Rule, resource: Block, block: Block, file: str, name: str
) -> Iterator[Observation | Gap]:
    address = f"{module.address(resource)}{name}"
    if not _applies(module, rule, resource, block):
        return
    ranges = _ranges(module, rule, block)
    if isinstance(ranges, Unknown):
        yield Gap(OpenPort.__name__, ranges.reason, ranges.detail, key=address, source=file)
        return
    values, line = _sources(module, rule, resource if rule.above else block)
    for port, service in table().services.items():
        if any(port in one for one in ranges):
            yield OpenPort(
                port,
                service,
                lets_everybody_in(values),
                ", ".join(_written(value) for value in values)[:200],
                key=f"{address}:{port}",
                vantage=Vantage.DECLARED,
                source=file,
                line=line or block.line,
                end_line=line or block.line,
                root=module.root,
            )


def _applies(module: Module, rule: Rule, resource: Block, block: Block) -> bool:
    """Whether a rule lets in TCP; what is not decided counts as letting in."""
    for name, allowed in rule.when.items():
        attribute = block.attributes.get(name) or resource.attributes.get(name)
        value = module.value(attribute.value) if attribute else None
        if isinstance(value, str | bool) and shown(value).lower() not in allowed:
            return False
    attribute = block.attributes.get(rule.protocol)
    protocol = shown(module.value(attribute.value)).lower() if attribute else "tcp"
    return protocol not in ("udp", "icmp", "icmpv6", "17", "1", "58")


def _ranges(module: Module, rule: Rule, block: Block) -> list[range] | Unknown:
    protocol = block.attributes.get(rule.protocol)
    if protocol is not None and shown(module.value(protocol.value)).lower() in ("-1", "all"):
        return [EVERY]
    if rule.ports:
        written = [block.attributes[name] for name in rule.ports if name in block.attributes]
        values = [module.value(attribute.value) for attribute in written]
        empty = [value is None or (isinstance(value, tuple) and not value) for value in values]
        given = [value for value, none in zip(values, empty, strict=True) if not none]
        return _all_listed(given) if given else [EVERY]
    ends = []
    for name in (rule.low, rule.high):
        attribute = block.attributes.get(name)
        value = module.value(attribute.value) if attribute else None
        number = _number(value)
        if isinstance(value, Unknown):
            return value
        if number is None:
            return [EVERY] if value is None else _undecided(value)
        ends.append(number)
    return [EVERY] if ends == [-1, -1] else [range(ends[0], ends[1] + 1)]


def _all_listed(values: list[Any]) -> list[range] | Unknown:
    found: list[range] = []
    for value in values:
        ranges = _listed(value)
        if isinstance(ranges, Unknown):
            return ranges
        found += ranges
    return found


def _listed(value: Any) -> list[range] | Unknown:  # noqa: ANN401  (a value of a module)
    """Port ranges as lists of numbers, "5432" and "5000-6000" write them; * is every port."""
    found: list[range] = []
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, Unknown):
            return item
        low, _, high = str(item).partition("-")
        first, last = _number(low), _number(high or low)
        if str(item) == "*":
            found.append(EVERY)
        elif first is None or last is None:
            return _undecided(item)
        else:
            found.append(range(first, last + 1))
    return found


def _number(value: Any) -> int | None:  # noqa: ANN401
    text = shown(value)
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 7 else None


def _undecided(value: Any) -> Unknown:  # noqa: ANN401
    return Unknown(Reason.UNRESOLVED, shown(value)[:60])


def _sources(module: Module, rule: Rule, block: Block) -> tuple[list[Any], int | None]:
    written = [block.attributes[name] for name in rule.sources if name in block.attributes]
    values: list[Any] = []
    for attribute in written:
        value = module.value(attribute.value)
        values += value if isinstance(value, tuple) else [value]
    if rule.unless and not any(name in block.attributes for name in (*rule.sources, *rule.unless)):
        return [Unknown(Reason.UNRESOLVED, f"{rule.sources[0]} is absent")], None
    return [value for value in values if value is not None], written[0].line if written else None


def _written(value: Any) -> str:  # noqa: ANN401
    return value.detail if isinstance(value, Unknown) else shown(value)
