"""What expressions of a Terraform module come to: a value, one of several, or not decided here.

A variable without a value, a data source or another resource's attribute is `unresolved`: it is
neither true nor false until somebody applies it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, TypeAlias

from rempart.check import OneOf, Unknown, all_of, any_of
from rempart.collectors.repository.functions import MISSING, worked_out
from rempart.collectors.repository.syntax import (
    Block,
    Call,
    Choice,
    Expression,
    Indexed,
    Opaque,
    Operation,
    Reference,
    Splat,
    Template,
)
from rempart.errors import Reason

DEPTH: Final = 30  # names followed from one to the next
STEPS: Final = 1_000_000  # expressions worked out in one module; locals may double at each step
# Not decided before Terraform runs.
_LATER: Final = frozenset({"each", "count", "data", "path", "self", "terraform"})

Value: TypeAlias = Any  # a scalar, tuple, dict, Reference, Unknown or OneOf


@dataclass(slots=True, eq=False)
class Module:
    """One module as called: its blocks, and where the values its variables have here come from.

    `tfvars` are the values Terraform loads by itself; `others` those of files somebody may name.
    """

    folder: str
    prefix: str  # of addresses, `module.db.`
    root: str
    blocks: list[tuple[str, Block]]  # file and block
    inputs: Mapping[str, Expression] = field(default_factory=dict)
    tfvars: Mapping[str, Expression] = field(default_factory=dict)
    others: Sequence[Mapping[str, Expression]] = ()
    parent: "Module | None" = None
    call: Block | None = None
    locked: Mapping[str, str] = field(default_factory=dict)  # provider versions
    children: dict[str, "Module"] = field(default_factory=dict)
    made: dict[str, list[tuple[str, Block]]] | None = None  # instances of resources by type
    steps: int = 0

    def of(self, *types: str) -> Iterator[tuple[str, Block]]:
        """The blocks of these types, with their files."""
        return ((file, block) for file, block in self.blocks if block.type in types)

    def address(self, block: Block) -> str:
        """A resource's address as Terraform prints it."""
        return f"{self.prefix}{'.'.join(block.labels)}{block.instance}"

    def value(  # noqa: PLR0911  (one return a kind of expression)
        self, expression: Expression, depth: int = DEPTH
    ) -> Value:
        """What an expression comes to in this module."""
        self.steps += 1
        if depth <= 0 or self.steps > STEPS:
            return unresolved("refers to itself, or too far")
        match expression:
            case Reference(module=""):
                return self._referred(expression, depth - 1)
            case Template(parts):
                return self._joined(parts, depth - 1)
            case Choice():
                return self._chosen(expression, depth - 1)
            case Operation(sign, operands):
                return _operated(sign, [self.value(one, depth - 1) for one in operands])
            case Call(name, arguments, text):
                found = worked_out(name, [self.value(one, depth - 1) for one in arguments])
                return unresolved(text) if found is MISSING else found
            case Indexed(of, by):
                return part(self.value(of, depth - 1), self.value(by, depth - 1))
            case Splat(of, steps):
                return _each(self.value(of, depth - 1), steps)
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
        if kind == "module" and rest:
            return self._output(reference, rest, depth)
        if kind in _LATER or not rest:
            return unresolved(str(reference))
        return Reference(reference.steps, self.prefix or ROOT)

    def _output(self, reference: Reference, rest: list[str], depth: int) -> Value:
        name, *steps = rest
        child = self.children.get(name)
        if child is None and steps:
            name, *steps = (f"{name}.{steps[0]}", *steps[1:])
            child = self.children.get(name)
        if child is not None and steps:
            for _, block in child.of("output"):
                if block.labels == (steps[0],) and "value" in block.attributes:
                    value = child.value(block.attributes["value"].value, depth)
                    return _within(value, steps[1:], reference)
        return unresolved(str(reference))

    def _variable(self, name: str, depth: int) -> Value:
        declared = next((b for _, b in self.of("variable") if b.labels == (name,)), None)
        default = declared.attributes.get("default") if declared else None
        known: list[Value] = []
        if name in self.inputs and self.parent is not None:
            given = self.parent.value(self.inputs[name], depth)
            if given is not None or default is None or not _refuses_null(declared):
                return given
        elif name in self.tfvars:
            known.append(self.value(self.tfvars[name], depth))
        others = [self.value(one[name], depth) for one in self.others if name in one]
        if declared is None and not known:
            return unresolved(f"var.{name} is not declared")
        if default is not None and not known:
            known.append(self.value(default.value, depth))
        if not known and not others:
            return unresolved(f"var.{name} has no default")
        return either([*known, *others], f"var.{name} has several values")

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
        arms = [self.value(arm, depth) for arm in (choice.yes, choice.no)]
        return either(arms, "either of two values")


ROOT: Final = "."  # the module of what is referred to in a root, whose prefix is empty


def either(values: Sequence[Value], words: str) -> Value:
    """One of these values, not known which; unknown where one of them is, or is no scalar."""
    known: list[Any] = []
    for value in values:
        if isinstance(value, Unknown):
            return value
        known += value.values if isinstance(value, OneOf) else [value]
    (first, *rest) = known
    if all(type(one) is type(first) and one == first for one in rest):
        return first
    if all(isinstance(value, str | int | None) for value in known):
        distinct = dict.fromkeys((type(value), value) for value in known)
        return OneOf(tuple(value for _, value in distinct))
    return unresolved(words)


def _refuses_null(variable: Block | None) -> bool:
    nullable = variable.attributes.get("nullable") if variable else None
    return nullable is not None and nullable.value is False


def unresolved(detail: str) -> Unknown:
    """A value the repository does not decide."""
    return Unknown(Reason.UNRESOLVED, detail)


def shown(value: Value) -> str:
    """A value as Terraform writes it."""
    if isinstance(value, Unknown):
        return value.detail
    if isinstance(value, OneOf):
        return " or ".join(shown(each) for each in value.values)
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


def _within(value: Value, steps: Sequence[str], reference: Reference) -> Value:
    for step in steps:
        found = part(value, step)
        if isinstance(found, Unknown) and not isinstance(value, Unknown):
            return unresolved(str(reference))
        value = found
    return value


def part(of: Value, by: Value) -> Value:
    """A part of a value; a name with a part that is not known is not known either."""
    if isinstance(of, Unknown) or isinstance(by, Unknown):
        return of if isinstance(of, Unknown) else by
    step = shown(by)
    match of:
        case Reference():
            return Reference((*of.steps, step), of.module)
        case dict() if step in of:
            return of[step]
        case tuple() if step.isdecimal() and len(step) < 7 and int(step) < len(of):
            return of[int(step)]
    return unresolved(f"no {step[:60]}")


def _each(of: Value, steps: Sequence[str]) -> Value:
    """The same part of each; where a single thing stands it is the only one."""
    if isinstance(of, Unknown):
        return of
    items = of if isinstance(of, tuple) else () if of is None else (of,)
    return tuple(_within(item, steps, Reference(tuple(steps))) for item in items)


def _operated(sign: str, values: list[Value]) -> Value:
    if sign in ("&&", "||") and len(values) == 2:
        facts = [_fact(value) for value in values]
        return all_of(*facts) if sign == "&&" else any_of(*facts)
    for value in values:
        if not isinstance(value, str | int | None):
            return value if isinstance(value, Unknown) else unresolved(f"{sign} of several values")
    match sign, values:
        case "!", [value]:
            fact = boolean(value)
            return not fact if isinstance(fact, bool) else fact
        case "-", [int() as number]:
            return -number
        case _, [one, other] if sign in _COMPARED:
            return _compared(sign, one, other)
    return unresolved(f"a calculation with {sign}")


_COMPARED: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


def _compared(sign: str, one: Value, other: Value) -> Value:
    """Two scalars compared; of two types nobody knows what Terraform makes of them."""
    alike = type(one) is type(other)
    if (alike and type(one) is int) or (sign in ("==", "!=") and (alike or None in (one, other))):
        return _COMPARED[sign](one, other)
    return unresolved(f"a comparison with {sign}")


def _fact(value: Value) -> bool | Unknown:
    fact = boolean(value)
    return fact if isinstance(fact, bool | Unknown) else unresolved("one of several values")
