"""Secrets that a template gives: written there, as a parameter's default, or by reference.

Source: AWS CloudFormation, dynamic references and NoEcho parameters.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rempart.check import OneOf, Seen, Unknown
from rempart.collectors.repository.cloudformation.intrinsics import Node, function
from rempart.collectors.repository.cloudformation.template import Declared, Template
from rempart.collectors.repository.resource import Pointer
from rempart.collectors.repository.secrets.given import given, kind_of, written
from rempart.collectors.repository.terraform.values import unresolved
from rempart.observations.exposure import LiteralSecret

DEPTH: Final = 30
MOST: Final = 20_000  # nodes of one resource
# How lists write settings as pairs: the key of the name, of the value.
PAIRS: Final = (
    ("Name", "Value"),
    ("OptionName", "Value"),
    ("Key", "Value"),
    ("ParameterKey", "ParameterValue"),
    ("Name", "DefaultValue"),
)
KEPT: Final = frozenset({"PARAMETER_STORE", "SECRETS_MANAGER"})  # of CodeBuild's variables
LISTS: Final = frozenset({"Passwords"})


def secrets(of: Template, resources: Iterable[Declared]) -> Iterator[LiteralSecret]:
    """Every place where a template gives a secret; a parameter's default counts once."""
    asked: set[str] = set()
    for one in resources:
        found = _Found(of, one)
        yield from found.within(one.written, one.name)
        asked |= found.parameters
    yield from _defaults(of, asked)


def _defaults(of: Template, asked: set[str]) -> Iterator[LiteralSecret]:
    for name, node in of.sections["Parameters"].items():
        default = node.get("Default") if isinstance(node, dict) else None
        if not isinstance(default, str | int) or isinstance(default, bool):
            continue
        hidden = str(node.get("NoEcho", "")).lower() in ("true", "yes")
        kind = kind_of(name) or ("password" if hidden or name in asked else "")
        if str(node.get("Type", "")).startswith("AWS::"):
            continue  # the name of something in the account
        literal = written(str(default)) if kind else None
        if literal:
            line = of.line(node, "Default")
            key = f"Parameters.{name}"
            yield given(kind, key, True, of.path, line, value=str(default), root=of.path)


class _Found:
    """The secrets of one resource, and the parameters they come from."""

    def __init__(self, of: Template, resource: Declared) -> None:
        self._of, self._resource = of, resource
        self.parameters: set[str] = set()
        self._left = MOST

    def within(self, node: Node, above: str, depth: int = DEPTH) -> Iterator[LiteralSecret]:
        """The secrets in a part of the resource."""
        self._left -= 1
        if depth <= 0 or self._left <= 0:
            return
        if isinstance(node, list):
            for number, one in enumerate(node):
                yield from self._item(node, number, one, above, depth)
        elif isinstance(node, dict):
            for key, one in node.items():
                if key in LISTS and isinstance(one, list):
                    for number, each in enumerate(one):
                        yield from self._told("password", f"{above}.{key}", each, (one, number))
                    continue
                kind = kind_of(key)
                if kind and not isinstance(one, list) and _single(one):
                    yield from self._told(kind, f"{above}.{key}", one, (node, key))
                else:
                    inner = above if function({key: one}) else f"{above}.{key}"
                    yield from self.within(one, inner, depth - 1)

    def _item(
        self, node: list[Node], number: int, one: Node, above: str, depth: int
    ) -> Iterator[LiteralSecret]:
        for name, value in PAIRS:
            called = one.get(name) if isinstance(one, dict) else None
            if isinstance(called, str) and value in one:
                kind = kind_of(called.rpartition(":")[2])
                if kind and _single(one[value]):
                    kept = one.get("Type") in KEPT
                    place = f"{above}.{called}"
                    yield from self._told(kind, place, one[value], (one, value), kept=kept)
                return
        yield from self.within(one, above, depth - 1)

    def _told(
        self, kind: str, key: str, node: Node, place: tuple[Any, str | int], *, kept: bool = False
    ) -> Iterator[LiteralSecret]:
        literal, text = (False, "") if kept else self._literal(node)
        if literal is not None:
            line = self._of.line(*place) if self._of.document.lines else self._resource.line
            attribute = key.rpartition(".")[2]
            yield given(
                kind,
                key,
                literal,
                self._of.path,
                line,
                value=text,
                attribute=attribute,
                root=self._of.path,
            )

    def _literal(  # noqa: PLR0911  (one return a function)
        self, node: Node
    ) -> tuple[Seen[bool] | None, str]:
        """Whether a node is the secret itself, and the secret; none where it holds nothing."""
        called = function(node)
        if called is None:
            return _plain(node)
        name, argument = called
        if name == "Ref":
            self.parameters.add(str(argument))
            return False, ""
        if name == "If" and isinstance(argument, list) and len(argument) == 3:
            arms = [self._literal(arm) for arm in argument[1:]]
            literal = next((arm for arm in arms if arm[0] is True), None)
            return literal or next((arm for arm in arms if arm[0] is not None), (None, ""))
        if name in ("Sub", "Join"):
            return self._put_together(node)
        value = self._of.scope.value(node)
        if isinstance(value, OneOf):
            texts = [str(one) for one in value.values if one is not None and written(str(one))]
            return (True, texts[0]) if texts else (False, "")
        if isinstance(value, str | int):
            return _plain(value)
        return False, ""

    def _put_together(self, node: Node) -> tuple[Seen[bool] | None, str]:
        """A text of parts: a reference where one is in it, literal where nothing else is."""
        parts = list(_texts(node))
        self.parameters |= {name for part in parts for name in re.findall(r"\$\{(\w+)\}", part)}
        if any("{{resolve:" in part for part in parts):
            return False, ""
        value = self._of.scope.value(node)
        if isinstance(value, str):
            names = any("${" in part for part in parts) or len(parts) > 2
            return (False, "") if names and not _plain(value)[0] else _plain(value)
        if isinstance(value, Unknown):
            alone = all(not part.strip() or part.startswith("${") for part in parts)
            return (False, "") if alone else (unresolved("put together from several parts"), "")
        return False, ""


def _single(node: Node) -> bool:
    """Whether a node may be a secret: a scalar, or a function that gives one."""
    return isinstance(node, str | int) or function(node) is not None


def _plain(node: Node) -> tuple[bool | None, str]:
    if isinstance(node, bool) or not isinstance(node, str | int):
        return (False, "") if isinstance(node, Pointer) else (None, "")
    return written(str(node)), str(node)


def _texts(node: Node) -> Iterator[str]:
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            stack += one.values()
        elif isinstance(one, list):
            stack += one
