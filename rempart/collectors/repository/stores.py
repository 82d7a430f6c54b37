"""Volumes, databases and buckets that Terraform declares, read by a table of its resources."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from rempart.check import (
    Observation,
    OneOf,
    Seen,
    Unknown,
    Vantage,
    all_of,
    any_of,
    negated,
    unseen,
)
from rempart.collectors.reach import lets_anybody, lets_everybody_in
from rempart.collectors.repository.companions import Companions
from rempart.collectors.repository.instances import resources
from rempart.collectors.repository.rows import Row, Rule, attributes, stands
from rempart.collectors.repository.syntax import Attribute, Block, Expression, Reference
from rempart.collectors.repository.values import ROOT, Module, boolean, shown, unresolved
from rempart.collectors.repository.versions import older
from rempart.observations.datastores import DataStore
from rempart.observations.volumes import Volume


class Decided(msgspec.Struct, frozen=True):
    """A fact, and the words and lines that decided it."""

    value: Seen[bool]
    words: str
    attribute: Attribute | None = None


def stores(module: Module, rows: dict[str, Row], companions: Companions) -> Iterator[Observation]:
    """Every volume, database and bucket the module declares."""
    for row in rows.values():
        for file, block in resources(module, row.type):
            address = module.address(block)
            look = _Look(module, block, companions)
            if not row.blocks:
                yield _store(look, row, block, file, address)
            for name, nested in _nested(module, block, row):
                yield _store(look, row, nested, file, f"{address}.{name}")


def _nested(module: Module, block: Block, row: Row) -> Iterator[tuple[str, Block]]:
    """The nested blocks that are things of their own; the implied one stands even unwritten."""
    for name in row.blocks:
        dynamic = [one for one in block.all("dynamic") if one.labels == (name,)]
        made = [content for one in dynamic for content in one.all("content")]
        for nested in (*block.all(name), *made):
            device = nested.attributes.get("device_name")
            shown_ = shown(module.value(device.value))[:60] if device else ""
            yield (f"{name}[{shown_}]" if device else name), nested
        if name == row.implied and not block.all(name) and not dynamic:
            yield name, Block(name, (), block.line, block.line)


def _store(look: "_Look", row: Row, block: Block, file: str, address: str) -> Observation:
    encrypted = look.decided(block, row.encrypted, row.copied)
    key = look.key(block, row)
    holder = _holder(encrypted.value, key)
    where: dict[str, Any] = {
        "key": address,
        "vantage": Vantage.DECLARED,
        "source": file,
        "line": encrypted.attribute.line if encrypted.attribute else block.line,
        "end_line": encrypted.attribute.end_line if encrypted.attribute else block.line,
        "root": look.module.root,
    }
    if row.kind == "volume":
        return Volume(encrypted.value, None, holder, row.type, key, **where)
    silent = f"{row.type} has no attribute for it"
    public = look.decided(block, row.public) if row.public else Decided(unresolved(silent), silent)
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

    def __init__(self, module: Module, resource: Block, companions: Companions) -> None:
        self.module = module
        self._resource = resource
        self._companions = companions

    def decided(self, block: Block, rules: Sequence[Rule], copied: Sequence[str] = ()) -> Decided:
        """The first rule that decides, or the default of the last one.

        A companion of which nobody knows whether it is there changes nothing, or leaves it open.
        """
        doubtful: list[Decided] = []
        for rule in rules:
            for place, certain in self._places(block, rule):
                found = self._read(rule, *place)
                if found is None or (rule.only and found.value is not False):
                    continue
                if certain:
                    return _settled(found, doubtful)
                doubtful.append(found)
        return _settled(self._default(rules[-1], copied), doubtful)

    def key(self, block: Block, row: Row) -> Seen[str | None]:
        """The customer's key, by name; None where none is named."""
        if not row.key:
            return None
        for rule in row.encrypted:
            for (module, place), certain in self._places(block, rule):
                for found in attributes(place, row.key):
                    if not isinstance(found, Attribute):
                        return found
                    named = _key_name(module, found.value)
                    return (
                        named if certain else unresolved("whether the key is used is not decided")
                    )
        return None

    def _places(self, block: Block, rule: Rule) -> Iterator[tuple[tuple[Module, Block], bool]]:
        """Where a rule looks: the resource itself, or its companions."""
        if not rule.companion:
            yield (self.module, block), True
            return
        yield from self._companions.of(self.module, self._resource, rule.companion, rule.by)

    def _read(self, rule: Rule, module: Module, block: Block) -> Decided | None:
        found = [one for path in rule.paths for one in attributes(block, path)]
        for one in found:
            if isinstance(one, Unknown):
                return Decided(one, one.detail)
        written = [one for one in found if isinstance(one, Attribute)]
        if rule.reader == "set":
            there = _set(module, rule, block, written)
            return None if there is False else _decided(module, rule, there, written)
        if not written or (rule.reader == "all" and len(written) < len(rule.paths)):
            return None
        values = [module.value(attribute.value) for attribute in written]
        if len(values) == 1 and values[0] is None:  # null is the same as absent
            return None
        return _decided(module, rule, self._fact(rule, values), written)

    def _fact(self, rule: Rule, values: list[Any]) -> Seen[bool] | None:
        if rule.reader == "open":
            return lets_everybody_in(values)
        if rule.reader == "words":
            return _word(rule, values[0])
        if rule.reader == "policy":
            return True if isinstance(values[0], str) and lets_anybody(values[0]) else None
        facts = [boolean(value) for value in values]
        if len(facts) == 1:
            return facts[0]
        return all_of(*(fact == True for fact in facts))  # noqa: E712  (three-valued)

    def _default(self, rule: Rule, copied: Sequence[str]) -> Decided:
        for name in copied:
            attribute = self._resource.attributes.get(name)
            if attribute is not None and self.module.value(attribute.value) is None:
                continue
            if attribute is not None or self._resource.all(name):
                words = f"{name}: what it is made from decides"
                return Decided(unresolved(words), words)
        if rule.switch and _switched(self.module, self._resource, rule.switch):
            return Decided(True, f"{rule.switch} is declared")
        if isinstance(rule.default, str):
            return Decided(unresolved(rule.default), rule.default)
        for path in rule.paths if rule.reader == "words" and not rule.companion else ():
            for one in attributes(self._resource, path):
                if isinstance(one, Attribute) and self.module.value(one.value) is not None:
                    words = f"{one.name} = {shown(self.module.value(one.value))[:60]}"
                    return Decided(unresolved(words), words, one)
        value = bool(rule.default)
        for version, earlier in rule.before.items():
            if older(self.module, self._resource.labels[0], version):
                value = earlier
        named = rule.paths[-1].rpartition(".")[2] if rule.paths else ""
        words = "true" if value else "false"
        if not named:
            return Decided(value, "the provider always encrypts")
        return Decided(value, f"{named} is absent: {words} by default")


def _set(module: Module, rule: Rule, block: Block, written: list[Attribute]) -> Seen[bool]:
    """Whether something stands there; null is the same as absent."""
    values = [module.value(attribute.value) for attribute in written]
    if any(not isinstance(value, Unknown | OneOf | None) for value in values):
        return True
    if any(stands(block, path) for path in rule.paths):
        return True
    open_ = next((value for value in values if value is not None), None)
    if open_ is None or (rule.default is True and not rule.negate):
        return open_ is not None
    return unresolved(shown(open_)[:60])


def _word(rule: Rule, value: Any) -> Seen[bool] | None:  # noqa: ANN401
    """What a word means, or any of a list of them."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, OneOf):
        told = tuple(rule.words.get(shown(one)) for one in value.values)
        return OneOf(told) if None not in told else unresolved("one of several values")
    if isinstance(value, tuple):
        meant = [_word(rule, one) for one in value if not isinstance(one, tuple)]
        return any_of(*(one == True for one in meant if one is not None)) or None  # noqa: E712
    return rule.words.get(shown(value))


def _settled(found: Decided, doubtful: Sequence[Decided]) -> Decided:
    """What was found, unless something that may be there says otherwise."""
    for one in doubtful:
        if unseen(one.value) or unseen(found.value) or one.value is not found.value:
            words = f"{one.words}, but whether that is made is not decided"
            return Decided(unresolved(words), words)
    return found


def _switched(module: Module, resource: Block, switch: str) -> bool:
    """Whether a setting of the whole account is on for the resource's provider."""
    provider = repr(_value(resource, "provider"))
    caller: Module | None = module
    while caller is not None:
        for _, block in resources(caller, switch):
            enabled = block.attributes.get("enabled")
            on = enabled is None or boolean(caller.value(enabled.value)) is True
            if on and not block.perhaps and repr(_value(block, "provider")) == provider:
                return True
        above = caller.call is not None and "providers" in caller.call.attributes
        caller = None if above else caller.parent
    return False


def _value(block: Block, name: str) -> Expression:
    attribute = block.attributes.get(name)
    return attribute.value if attribute else None


def _key_name(module: Module, expression: Expression) -> Seen[str | None]:
    value = module.value(expression)
    if isinstance(value, Reference):
        return f"{value.module.removeprefix(ROOT)}{'.'.join(value.steps[:2])}"
    if isinstance(value, Unknown) and isinstance(expression, Reference):
        return str(expression)
    if isinstance(value, str | None):
        return value or None
    return value if isinstance(value, Unknown | OneOf) else unresolved(shown(value)[:60])


def _decided(
    module: Module, rule: Rule, fact: Seen[bool] | None, written: list[Attribute]
) -> Decided | None:
    if fact is None:
        return None
    if rule.negate:
        fact = negated(fact == True)  # noqa: E712  (three-valued)
    words = ", ".join(f"{one.name} = {shown(module.value(one.value))[:60]}" for one in written)
    return Decided(fact, words, None if rule.companion or not written else written[0])
