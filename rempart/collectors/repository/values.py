"""What expressions of a Terraform module come to: a value, one of several, or not decided here.

A variable without a value, a call, a data source or another resource's attribute is `unresolved`:
it is neither true nor false until somebody applies it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.hcl import (
    Block,
    Choice,
    Expression,
    Opaque,
    Operation,
    Reference,
    Template,
)
from rempart.errors import Reason

DEPTH: Final = 30  # names followed from one to the next
STEPS: Final = 1_000_000  # expressions worked out in one module; locals may double at each step
# Not decided before Terraform runs.
_LATER: Final = frozenset({"each", "count", "data", "path", "self", "terraform", "module"})

Value: TypeAlias = Any  # a scalar, tuple, dict, Reference, Unknown or OneOf


@dataclass(slots=True)
class Module:
    """One module as called: its blocks, and the values its variables have here."""

    folder: str
    prefix: str  # of addresses, `module.db.`
    root: str
    blocks: list[tuple[str, Block]]  # file and block
    inputs: Mapping[str, Value] = field(default_factory=dict)
    tfvars: Mapping[str, Expression] = field(default_factory=dict)
    steps: int = 0
    _by_type: dict[str, list[tuple[str, Block]]] = field(default_factory=dict)
    _companions: dict[tuple[str, str], dict[str, list[Block]]] = field(default_factory=dict)

    def of(self, *types: str) -> Iterator[tuple[str, Block]]:
        """The blocks of these types, with their files."""
        return ((file, block) for file, block in self.blocks if block.type in types)

    def resources(self, type_: str) -> list[tuple[str, Block]]:
        """The resources of one type, with their files."""
        if not self._by_type:
            for file, block in self.of("resource"):
                if len(block.labels) == 2:
                    self._by_type.setdefault(block.labels[0], []).append((file, block))
        return self._by_type.get(type_, [])

    def companions(self, type_: str, by: str, resource: Block) -> list[Block]:
        """The resources of a type that refer to a resource, by reference or by its name."""
        index = self._companions.get((type_, by))
        if index is None:
            index = self._companions[type_, by] = {}
            for _, block in self.resources(type_):
                attribute = block.attributes.get(by)
                value = self.value(attribute.value) if attribute else None
                if isinstance(value, Reference) and value.module == self.prefix:
                    index.setdefault(".".join(value.steps[:2]), []).append(block)
                elif isinstance(value, str):
                    index.setdefault(f'"{value}"', []).append(block)
        found = list(index.get(".".join(resource.labels), ()))
        named = resource.attributes.get(by) or resource.attributes.get("name")
        name = self.value(named.value) if named else None
        return [*found, *index.get(f'"{name}"', ())] if isinstance(name, str) else found

    def address(self, block: Block) -> str:
        """A resource's address as Terraform prints it."""
        return f"{self.prefix}{'.'.join(block.labels)}"

    def value(  # noqa: PLR0911  (one return a kind of expression)
        self, expression: Expression, depth: int = DEPTH
    ) -> Value:
        """What an expression comes to in this module."""
        self.steps += 1
        if depth <= 0 or self.steps > STEPS:
            return unresolved("refers to itself, or too far")
        match expression:
            case Reference():
                return self._referred(expression, depth - 1)
            case Template(parts):
                return self._joined(parts, depth - 1)
            case Choice():
                return self._chosen(expression, depth - 1)
            case Operation(sign, operands):
                return _operated(sign, [self.value(one, depth - 1) for one in operands])
            case Opaque(text):
                return unresolved(text)
            case tuple():
                return tuple(self.value(one, depth - 1) for one in expression)
            case dict():
                return {key: self.value(one, depth - 1) for key, one in expression.items()}
        return expression

    def _referred(self, reference: Reference, depth: int) -> Value:
        kind, *rest = reference.steps
        if kind == "var" and rest:
            return _within(self._variable(rest[0], depth), rest[1:], reference)
        if kind == "local" and rest:
            for _, block in self.of("locals"):
                if rest[0] in block.attributes:
                    value = self.value(block.attributes[rest[0]].value, depth)
                    return _within(value, rest[1:], reference)
            return unresolved(f"{reference} is not defined")
        if kind in _LATER or not rest:
            return unresolved(str(reference))
        return Reference(reference.steps, self.prefix)

    def _variable(self, name: str, depth: int) -> Value:
        if name in self.inputs:
            return self.inputs[name]
        if name in self.tfvars:
            return self.value(self.tfvars[name], depth)
        for _, block in self.of("variable"):
            if block.labels == (name,):
                default = block.attributes.get("default")
                if default is None:
                    return unresolved(f"var.{name} has no default")
                return self.value(default.value, depth)
        return unresolved(f"var.{name} is not declared")

    def _joined(self, parts: tuple[Expression, ...], depth: int) -> Value:
        values = [self.value(part, depth) for part in parts]
        for value in values:
            if not isinstance(value, str | int):
                return value if isinstance(value, Unknown) else unresolved(shown(value))
        return "".join(shown(value) for value in values)

    def _chosen(self, choice: Choice, depth: int) -> Value:
        condition = boolean(self.value(choice.condition, depth))
        if isinstance(condition, bool):
            return self.value(choice.yes if condition else choice.no, depth)
        values: list[Any] = []
        for arm in (choice.yes, choice.no):
            value = self.value(arm, depth)
            if isinstance(value, Unknown):
                return value
            values += value.values if isinstance(value, OneOf) else [value]
        if all(isinstance(value, str | int | None) for value in values):
            return OneOf(tuple(values)) if len(set(values)) > 1 else values[0]
        return unresolved("either of two values")


def unresolved(detail: str) -> Unknown:
    """A value the repository does not decide."""
    return Unknown(Reason.UNRESOLVED, detail)


def shown(value: Value) -> str:
    """A value as Terraform writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def boolean(value: Value) -> bool | Unknown | OneOf:
    """A value as Terraform takes it where a boolean stands: "true" is true."""
    if isinstance(value, bool | Unknown):
        return value
    if isinstance(value, OneOf):
        facts = tuple(boolean(each) for each in value.values)
        known = tuple(fact for fact in facts if isinstance(fact, bool))
        return OneOf(known) if len(known) == len(facts) else unresolved("one of several values")
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    return unresolved(shown(value)[:60])


def _within(value: Value, steps: list[str], reference: Reference) -> Value:
    for step in steps:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, tuple) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return unresolved(str(reference))
    return value


def _operated(sign: str, values: list[Value]) -> Value:
    for value in values:
        if not isinstance(value, str | int | None):
            return value if isinstance(value, Unknown) else unresolved(f"{sign} of several values")
    match sign, values:
        case "!", [value]:
            fact = boolean(value)
            return not fact if isinstance(fact, bool) else fact
        case "-", [int() as number]:
            return -number
        case "==", [one, other]:
            return one == other
        case "!=", [one, other]:
            return one != other
    return unresolved(f"a calculation with {sign}")
