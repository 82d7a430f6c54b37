"""What the functions of a CloudFormation template come to: a value, one of several, or unknown.

A parameter is its default, else one of the values it allows; a pseudo parameter stays as written,
since no account is asked. Source: AWS CloudFormation template reference, intrinsic functions.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.cloudformation.functions import LONGEST, WORKED_OUT
from rempart.collectors.repository.resource import Pointer
from rempart.collectors.repository.terraform.values import (
    Value,
    boolean,
    either,
    shown,
    unresolved,
)

DEPTH: Final = 40  # functions within functions, names followed from one to the next
STEPS: Final = 400_000  # nodes worked out in one template
PLACEHOLDER: Final = re.compile(r"\$\{(!?)([^{}]*)\}")
# What a template leaves to the account and region it is used in, as it is written.
PSEUDO: Final = frozenset(
    f"AWS::{name}" for name in ("AccountId", "Region", "StackId", "StackName", "URLSuffix")
)

Node = Any  # a scalar, list or mapping of the document
Lines = dict[int, dict[str | int, int]]
Container = TypeVar("Container", dict[str, Any], tuple[Any, ...])


class Absent:
    """What `AWS::NoValue` stands for: as if the property were not written."""


ABSENT: Final = Absent()


def function(node: Node) -> tuple[str, Node] | None:
    """The name of the function a node calls, without `!` and `Fn::`, and its argument."""
    if not isinstance(node, dict) or len(node) != 1:
        return None
    ((name, argument),) = node.items()
    if name in ("Ref", "Condition"):
        return (name, argument) if isinstance(argument, str) else None
    for mark in ("!", "Fn::"):
        if name.startswith(mark):
            return name.removeprefix(mark), argument
    return None


class Scope:
    """The names a template defines, and what its expressions come to with them."""

    def __init__(
        self,
        parameters: Mapping[str, Node],
        mappings: Mapping[str, Node],
        conditions: Mapping[str, Node],
        resources: Mapping[str, Node],
        lines: Lines,
    ) -> None:
        self.parameters, self.mappings = parameters, mappings
        self.conditions, self.resources = conditions, resources
        self.assumed: dict[str, bool] = {}  # conditions that hold wherever a resource is made
        self.steps = 0
        self._lines: dict[int, Mapping[str | int, int]] = {}  # of what was worked out
        self._read = lines
        self._kept: list[Value] = []  # an identity must not be given again

    def kept(self, made: Container, lines: Mapping[str | int, int]) -> Container:
        """A container that was put together, with the lines of its parts known from now on."""
        self._kept.append(made)
        self._lines[id(made)] = lines
        return made

    def lines_of(self, made: Value) -> dict[str | int, int]:
        """The lines of the parts of a container that was put together here."""
        return dict(self._lines.get(id(made), {}))

    def line_of(self, value: Value, steps: Sequence[str | int], line: int) -> int:
        """The line of a part of a value; of the nearest thing around it where it has none."""
        for step in steps:
            line = self._lines.get(id(value), {}).get(step, line)
            try:
                value = value[step]
            except (LookupError, TypeError):
                break
        return line

    def chosen(self, condition: str) -> bool:
        """Whether a condition depends on a parameter, so that somebody may choose otherwise."""
        waiting, seen = [self.conditions.get(condition)], {condition}
        while waiting:
            node = waiting.pop()
            called = function(node)
            if called is not None and isinstance(called[1], str):
                name, argument = called
                if name == "Ref" and argument in self.parameters:
                    return True
                if name == "Condition" and argument not in seen:
                    seen.add(argument)
                    waiting.append(self.conditions.get(argument))
            elif isinstance(node, dict | list):
                waiting += node.values() if isinstance(node, dict) else node
        return False

    def value(self, node: Node, depth: int = DEPTH) -> Value:
        """What a node comes to; None where nothing stands there."""
        found = self._value(node, depth)
        return None if found is ABSENT else found

    def holds(self, name: str, depth: int = DEPTH) -> bool | Unknown | OneOf:
        """Whether a condition of the template holds."""
        if name in self.assumed:
            return self.assumed[name]
        if name not in self.conditions:
            return unresolved(f"condition {name} is not defined")
        return boolean(self.value(self.conditions[name], depth - 1))

    def _value(self, node: Node, depth: int) -> Value:
        self.steps += 1
        if depth <= 0 or self.steps > STEPS:
            return unresolved("refers to itself, or too far")
        called = function(node)
        if called is not None:
            return self._called(*called, depth - 1)
        if isinstance(node, dict):
            return self._mapping(node, depth - 1)
        if isinstance(node, list):
            return self._listed(node, depth - 1)
        return node

    def _mapping(self, node: Mapping[str, Node], depth: int) -> Value:
        items = ((key, self._value(one, depth)) for key, one in node.items())
        made = {key: one for key, one in items if one is not ABSENT}
        return self.kept(made, self._read.get(id(node), {}))

    def _listed(self, node: Sequence[Node], depth: int) -> Value:
        items = [(self._value(one, depth), number) for number, one in enumerate(node)]
        there = [(one, number) for one, number in items if one is not ABSENT]
        made = tuple(one for one, _ in there)
        read = self._read.get(id(node), {})
        return self.kept(made, {n: read[at] for n, (_, at) in enumerate(there) if at in read})

    def _called(  # noqa: PLR0911  (one return a function)
        self, name: str, argument: Node, depth: int
    ) -> Value:
        match name:
            case "Ref":
                return self._referred(str(argument), depth)
            case "Condition":
                return self.holds(str(argument), depth)
            case "If":
                return self._chosen(argument, depth)
            case "Sub":
                return self._filled(argument, depth)
            case "GetAtt":
                return _attribute(argument)
            case "FindInMap":
                return _found(self, self._value(argument, depth))
        if name not in WORKED_OUT:
            return unresolved(f"Fn::{name}"[:60])
        given = self._value(argument, depth)
        if isinstance(given, Unknown):
            return given
        return WORKED_OUT[name](given)

    def _referred(self, name: str, depth: int) -> Value:
        if name == "AWS::NoValue":
            return ABSENT
        if name == "AWS::Partition":
            return "aws"
        if name in PSEUDO:
            return f"${{{name}}}"
        if name in self.parameters:
            return self._parameter(name, depth)
        if name in self.resources:
            return Pointer((name,))
        return unresolved(f"{name} is not defined"[:60])

    def _parameter(self, name: str, depth: int) -> Value:
        declared = self.parameters[name]
        if not isinstance(declared, dict):
            return unresolved(f"parameter {name} has no default"[:60])
        kind = str(declared.get("Type", ""))
        if kind.startswith("AWS::SSM::Parameter"):
            return unresolved(f"parameter {name} is kept in the parameter store"[:90])
        lists = kind == "CommaDelimitedList" or kind.startswith("List<")
        default = declared.get("Default")
        if default is not None and not isinstance(default, dict | list):
            return _typed(default, lists)
        allowed = declared.get("AllowedValues")
        if isinstance(allowed, list) and allowed and not lists:
            return either(list(allowed), f"parameter {name} has several values")
        return unresolved(f"parameter {name} has no default"[:60])

    def _chosen(self, arms: Node, depth: int) -> Value:
        if not isinstance(arms, list) or len(arms) != 3:
            return unresolved("Fn::If without its arms")
        decided = self.holds(str(arms[0]), depth)
        if isinstance(decided, bool):
            return self._value(arms[1 if decided else 2], depth)
        yes, no = (self._value(arm, depth) for arm in arms[1:])
        return self._either(yes, no)

    def _either(self, yes: Value, no: Value) -> Value:
        """One of two values: of two mappings each key by itself."""
        if yes is ABSENT and no is ABSENT:
            return ABSENT
        yes, no = (None if one is ABSENT else one for one in (yes, no))
        if not isinstance(yes, dict | None) or not isinstance(no, dict | None):
            return either([yes, no], "either of two values")
        arms = [one for one in (yes, no) if one is not None]
        keys = dict.fromkeys(key for arm in arms for key in arm)
        made = {key: self._either((yes or {}).get(key), (no or {}).get(key)) for key in keys}
        lines = {key: line for arm in reversed(arms) for key, line in self.lines_of(arm).items()}
        return self.kept(made, lines)

    def _filled(self, argument: Node, depth: int) -> Value:
        """A text with `${name}` in it; a name that is not a text leaves the whole unresolved."""
        text, names = argument, {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
            text, names = argument
        if not isinstance(text, str):
            return unresolved("Fn::Sub of no text")
        if len(text) > LONGEST:
            return unresolved("Fn::Sub of a long text")
        alone = PLACEHOLDER.fullmatch(text)
        if alone and not alone[1]:
            return self._named(alone[2], names, depth)
        made: list[str] = []
        end = 0
        for match in PLACEHOLDER.finditer(text):
            made.append(text[end : match.start()])
            end = match.end()
            value: Value = f"${{{match[2]}}}"
            if not match[1]:
                value = self._named(match[2], names, depth)
            if not isinstance(value, str | int):
                return unresolved(text[:120])
            made.append(shown(value))
        return "".join((*made, text[end:]))

    def _named(self, name: str, names: Mapping[str, Node], depth: int) -> Value:
        if name in names:
            return self._value(names[name], depth)
        of, _, attribute = name.strip().partition(".")
        return _attribute([of, attribute]) if attribute else self._referred(of, depth)


def _typed(value: Value, lists: bool) -> Value:
    if not lists:
        return value
    return tuple(one.strip() for one in shown(value).split(","))


def _attribute(argument: Node) -> Value:
    """What a resource tells once it is made; a name that is not plain leaves it unresolved."""
    steps = argument.split(".") if isinstance(argument, str) else argument
    if isinstance(steps, list) and steps and all(isinstance(one, str) for one in steps):
        return Pointer((steps[0], *".".join(steps[1:]).split(".")))
    return unresolved("Fn::GetAtt of a name that is not decided")


def _found(scope: Scope, given: Value) -> Value:
    """A value of a map; of a key that is not known all of them."""
    if not isinstance(given, tuple) or len(given) < 3:
        return unresolved("Fn::FindInMap")
    name, first, second, *rest = given
    if not isinstance(name, str) or name not in scope.mappings:
        return unresolved("Fn::FindInMap of a map that is not decided")
    found = [inner for one in _under(scope.mappings[name], first) for inner in _under(one, second)]
    if not found:
        default = rest[0].get("DefaultValue") if rest and isinstance(rest[0], dict) else None
        return unresolved(f"no such key in {name}"[:60]) if default is None else default
    return either([scope.value(one) for one in found], f"one of the values of {name}"[:60])


def _under(of: Node, key: Value) -> list[Node]:
    if not isinstance(of, dict):
        return []
    if isinstance(key, str | int) and not shown(key).startswith("${"):
        return [of[shown(key)]] if shown(key) in of else []
    if isinstance(key, OneOf):
        return [of[shown(one)] for one in key.values if shown(one) in of]
    return list(of.values())
