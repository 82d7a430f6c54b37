"""CloudFormation and SAM templates: what they declare, with its functions worked out.

Source: AWS CloudFormation template anatomy; AWS SAM specification, globals.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from rempart.check import Unknown
from rempart.collectors.repository.cloudformation.intrinsics import Node, Scope
from rempart.collectors.repository.cloudformation.loops import LOOP, Loops
from rempart.collectors.repository.terraform.values import Value
from rempart.collectors.text import clean
from rempart.documents import Document

MOST: Final = 5_000  # resources of one template
PREFIXES: Final = ("AWS::", "Alexa::", "Custom::")
SECTIONS: Final = ("Parameters", "Mappings", "Conditions", "Resources")


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """One resource: its logical id, type, and properties as written and as worked out."""

    name: str
    type: str
    written: Mapping[str, Node]
    properties: Mapping[str, Value]
    line: int
    end_line: int
    perhaps: bool
    condition: str


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A template that was read: its names, and the document it stands in."""

    path: str
    document: Document
    scope: Scope
    sections: Mapping[str, Mapping[str, Node]]
    shared: Mapping[str, Node]  # SAM's globals
    loops: Loops

    def resources(self) -> Iterator[Declared]:
        """The resources that are made, those under a condition nobody knows included."""
        made = self.loops.written_out(self.sections["Resources"])
        for name, node, section in islice(made, MOST):
            type_ = node.get("Type") if isinstance(node, dict) else None
            if isinstance(type_, str):
                found = self._resource(name, type_, node, self.line(section, name))
                if found is not None:
                    yield found

    def _resource(
        self, name: str, type_: str, node: Mapping[str, Node], line: int
    ) -> Declared | None:
        condition = node.get("Condition")
        holds: Value = True
        self.scope.assumed = {}
        if isinstance(condition, str):
            holds = self.scope.holds(condition)
            if holds is False and not self.scope.chosen(condition):
                return None
            self.scope.assumed = {condition: True}
        written = node.get("Properties")
        properties = self.scope.value(written if isinstance(written, dict) else {})
        if isinstance(properties, Unknown) or not isinstance(properties, dict):
            properties = {}
        properties = self._with_globals(type_, properties)
        end = max((line, *self._lines(node)))
        there = written if isinstance(written, dict) else {}
        perhaps, named = holds is not True, condition if isinstance(condition, str) else ""
        return Declared(clean(name, 120), type_, there, properties, line, end, perhaps, named)

    def _with_globals(self, type_: str, properties: dict[str, Value]) -> dict[str, Value]:
        """A serverless resource with what SAM's globals add to it."""
        if not type_.startswith("AWS::Serverless::"):
            return properties
        given = self.scope.value(self.shared.get(type_.rpartition("::")[2], {}))
        return self._over(given, properties) if isinstance(given, dict) else properties

    def _over(self, base: dict[str, Value], own: dict[str, Value]) -> dict[str, Value]:
        made = dict(base)
        for key, value in own.items():
            both = isinstance(value, dict) and isinstance(made.get(key), dict)
            made[key] = self._over(made[key], value) if both else value
        return self.scope.kept(made, self.scope.lines_of(base) | self.scope.lines_of(own))

    def line(self, container: Any, key: str | int) -> int:  # noqa: ANN401
        """The line of a part of the document; the first one where it is not written."""
        return self.document.lines.get(id(container), {}).get(key, self.document.line)

    def _lines(self, node: Node) -> Iterator[int]:
        stack = [node]
        while stack:
            one = stack.pop()
            lines = self.document.lines.get(id(one))
            if lines:
                yield from lines.values()
                stack += one.values() if isinstance(one, dict) else one


def template(document: Document, path: str) -> Template | None:
    """The template a document is; None where it is something else."""
    value = document.value
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("resources"), dict) and "provider" in value:
        value = value["resources"]  # a template within the settings of the Serverless Framework
    resources = value.get("Resources")
    if not isinstance(resources, dict):
        return None
    types = [str(one.get("Type")) for one in resources.values() if isinstance(one, dict)]
    ours = any(type_.startswith(PREFIXES) for type_ in types)
    loops = any(name.startswith(LOOP) for name in resources)
    if "AWSTemplateFormatVersion" not in value and not ours and not loops:
        return None
    found = {name: value.get(name) for name in SECTIONS}
    sections = {name: one if isinstance(one, dict) else {} for name, one in found.items()}
    scope = Scope(
        sections["Parameters"],
        sections["Mappings"],
        sections["Conditions"],
        sections["Resources"],
        document.lines,
    )
    shared = value.get("Globals")
    globals_ = shared if isinstance(shared, dict) else {}
    return Template(path, document, scope, sections, globals_, Loops(scope, document.lines))
