"""Volumes, databases and buckets that Terraform declares, read by a table of its resources."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from rempart.check import Observation, OneOf, Seen, Unknown, Vantage, all_of, negated
from rempart.collectors.reach import lets_everybody_in
from rempart.collectors.repository.hcl import Attribute, Block, Expression, Reference
from rempart.collectors.repository.modules import absent
from rempart.collectors.repository.rows import Row, Rule, attributes, stands
from rempart.collectors.repository.values import Module, boolean, shown, unresolved
from rempart.collectors.repository.versions import older
from rempart.observations.datastores import DataStore
from rempart.observations.volumes import Volume


class Decided(msgspec.Struct, frozen=True):
    """A fact, and the words and lines that decided it."""

    value: Seen[bool]
    words: str
    attribute: Attribute | None = None


def stores(module: Module, rows: dict[str, Row]) -> Iterator[Observation]:
    """Every volume, database and bucket the module declares."""
    for row in rows.values():
        for file, block in module.resources(row.type):
            address = module.address(block)
            if absent(module, block):
                continue
            if not row.blocks:
                yield _store(module, row, block, block, file, address)
            for name, nested in _nested(block, row.blocks):
                yield _store(module, row, block, nested, file, f"{address}.{name}")


def _nested(block: Block, names: Sequence[str]) -> Iterator[tuple[str, Block]]:
    for name in names:
        made = [
            one
            for dynamic in block.all("dynamic")
            if dynamic.labels == (name,)
            for one in dynamic.all("content")
        ]
        for nested in (*block.all(name), *made):
            device = nested.attributes.get("device_name")
            yield (f"{name}[{device.value}]" if device else name), nested


def _store(
    module: Module, row: Row, resource: Block, block: Block, file: str, address: str
) -> Observation:
    look = _Look(module, resource, block)
    encrypted = look.decided(row.encrypted)
    key = look.key(row)
    holder = _holder(encrypted.value, key)
    where: dict[str, Any] = {
        "key": address,
        "vantage": Vantage.DECLARED,
        "source": file,
        "line": encrypted.attribute.line if encrypted.attribute else block.line,
        "end_line": encrypted.attribute.end_line if encrypted.attribute else block.line,
        "root": module.root,
    }
    if row.kind == "volume":
        return Volume(encrypted.value, None, holder, row.type, key, **where)
    silent = f"{row.type} has no attribute for it"
    public = look.decided(row.public) if row.public else Decided(unresolved(silent), silent)
    return DataStore(
        row.kind,
        encrypted.value,
        holder,
        key,
        public.value,
        encrypted.words,
        public.words,
        **where,
    )


def _holder(encrypted: Seen[bool], key: Seen[str | None]) -> Seen[str | None]:
    if isinstance(encrypted, Unknown | OneOf):
        return unresolved("encryption is not decided here")
    if not encrypted:
        return None
    if isinstance(key, Unknown | OneOf):
        return unresolved("the key is not decided here")
    return "customer" if key else "provider"


class _Look:
    """One resource looked at by the rules of its row."""

    def __init__(self, module: Module, resource: Block, block: Block) -> None:
        self.module = module
        self._resource = resource
        self._block = block

    def decided(self, rules: Sequence[Rule]) -> Decided:
        """The first rule that decides, or the default of the last one."""
        for rule in rules:
            for block in self._blocks(rule):
                found = self._read(rule, block)
                if found is not None and not (rule.only and found.value is not False):
                    return found
        return self._default(rules[-1])

    def key(self, row: Row) -> Seen[str | None]:
        """The customer's key, by name; None where none is named."""
        if not row.key:
            return None
        for rule in row.encrypted:
            for block in self._blocks(rule):
                for found in attributes(block, row.key):
                    if not isinstance(found, Attribute):
                        return found
                    return self._key_name(found.value)
        return None

    def _key_name(self, expression: Expression) -> Seen[str | None]:
        value = self.module.value(expression)
        if isinstance(value, Reference):
            return f"{value.module}{'.'.join(value.steps[:2])}"
        if isinstance(value, Unknown) and isinstance(expression, Reference):
            return str(expression)
        if isinstance(value, str | None):
            return value or None
        return value if isinstance(value, Unknown | OneOf) else unresolved(shown(value)[:60])

    def _blocks(self, rule: Rule) -> list[Block]:
        if not rule.companion:
            return [self._block]
        return self.module.companions(rule.companion, rule.by, self._resource)

    def _read(self, rule: Rule, block: Block) -> Decided | None:
        found = [one for path in rule.paths for one in attributes(block, path)]
        for one in found:
            if isinstance(one, Unknown):
                return Decided(one, one.detail)
        written = [one for one in found if isinstance(one, Attribute)]
        if rule.reader == "set":
            there = written or any(stands(block, path) for path in rule.paths)
            return self._decided(rule, True, written) if there else None
        if not written or (rule.reader == "all" and len(written) < len(rule.paths)):
            return None
        values = [self.module.value(attribute.value) for attribute in written]
        if len(values) == 1 and values[0] is None:  # null is the same as absent
            return None
        return self._decided(rule, self._fact(rule, values), written)

    def _fact(self, rule: Rule, values: list[Any]) -> Seen[bool] | None:
        if rule.reader == "open":
            return lets_everybody_in(values)
        if rule.reader == "words":
            (value, *_) = values
            if isinstance(value, Unknown | OneOf):
                return value if isinstance(value, Unknown) else unresolved("one of several values")
            return rule.words.get(shown(value))
        facts = [boolean(value) for value in values]
        if len(facts) == 1:
            return facts[0]
        return all_of(*(fact == True for fact in facts))  # noqa: E712  (three-valued)

    def _decided(
        self, rule: Rule, fact: Seen[bool] | None, written: list[Attribute]
    ) -> Decided | None:
        if fact is None:
            return None
        if rule.negate:
            fact = negated(fact == True)  # noqa: E712  (three-valued)
        words = ", ".join(f"{one.name} = {self._written(one)}" for one in written)
        return Decided(fact, words, None if rule.companion or not written else written[0])

    def _written(self, attribute: Attribute) -> str:
        value = self.module.value(attribute.value)
        if isinstance(value, Unknown):
            return value.detail
        if isinstance(value, OneOf):
            return " or ".join(shown(each) for each in value.values)
        return shown(value)[:60]

    def _default(self, rule: Rule) -> Decided:
        for _, switch in self.module.resources(rule.switch) if rule.switch else ():
            enabled = switch.attributes.get("enabled")
            if enabled is None or boolean(self.module.value(enabled.value)) is True:
                return Decided(True, f"{rule.switch} is declared")
        if isinstance(rule.default, str):
            return Decided(unresolved(rule.default), rule.default)
        value = bool(rule.default)
        for version, earlier in rule.before.items():
            if older(self.module, self._resource.labels[0], version):
                value = earlier
        named = rule.paths[-1].rpartition(".")[2] if rule.paths else ""
        words = "true" if value else "false"
        if not named:
            return Decided(value, "the provider always encrypts")
        return Decided(value, f"{named} is absent: {words} by default")
