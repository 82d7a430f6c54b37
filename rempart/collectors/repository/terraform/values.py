"""What expressions of a Terraform module come to: a value, one of several, or not decided here.

A variable without a value, a data source or another resource's attribute is `unresolved`: it is
neither true nor false until somebody applies it.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rempart.check import Unknown
from rempart.collectors.repository.included import Reading, included
from rempart.collectors.repository.scalars import (
    Value,
    boolean,
    each,
    either,
    part,
    shown,
    unresolved,
    within,
)
from rempart.collectors.repository.terraform.filling import Names, filled
from rempart.collectors.repository.terraform.functions import MISSING, worked_out
from rempart.collectors.repository.terraform.operations import operated
from rempart.collectors.repository.terraform.syntax import (
    Block,
    Call,
    Choice,
    Expression,
    For,
    Indexed,
    Object,
    Opaque,
    Operation,
    Reference,
    Splat,
    Template,
)
from rempart.collectors.repository.terraform.variables import completed

__all__ = ["ROOT", "Module", "Value", "boolean", "either", "part", "shown", "unresolved"]

DEPTH: Final = 30  # names followed from one to the next
TURNS: Final = 1_000  # of one `for`
TEXT: Final = 200  # characters of a template that is not decided
POLICY: Final = "aws_iam_policy_document"
STEPS: Final = 1_000_000  # expressions worked out in one module; locals may double at each step
# Not decided before Terraform runs.
_LATER: Final = frozenset(
    {"each", "count", "data", "path", "self", "terraform", "dependency", "include"}
)


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
    read: Reading = lambda _path: None  # a text of the repository
    _by_type: dict[str, list[tuple[str, Block]]] = field(default_factory=dict)
    _by_label: dict[tuple[str, tuple[str, ...]], list[tuple[str, Block]]] = field(
        default_factory=dict
    )
    asker: str = ""  # the file whose settings are being worked out
    _locals: dict[str, list[tuple[str, Expression]]] | None = None

    def of(self, *types: str) -> Iterator[tuple[str, Block]]:
        """The blocks of these types, with their files."""
        if not self._by_type:
            for file, block in self.blocks:
                self._by_type.setdefault(block.type, []).append((file, block))
                self._by_label.setdefault((block.type, block.labels), []).append((file, block))
        return (one for type_ in types for one in self._by_type.get(type_, ()))

    def labelled(self, type_: str, *labels: str) -> Block | None:
        """The block of these labels; of several that of the asking file, as examples have them."""
        self.of(type_)
        found = self._by_label.get((type_, labels), [])
        own = (block for file, block in found if file == self.asker)
        return next(own, found[0][1] if found else None)

    def address(self, block: Block) -> str:
        """A resource's address as Terraform prints it."""
        return f"{self.prefix}{'.'.join(block.labels)}{block.instance}"

    def value(  # noqa: PLR0911, PLR0912  (one return a kind of expression)
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
                return operated(sign, [self.value(one, depth - 1) for one in operands])
            case Call("file" | "templatefile" as name, arguments, text):
                values = [self.value(one, depth - 1) for one in arguments]
                content = included(name, values, self.root, self.read)
                return unresolved(text) if content is None else self.value(content, depth - 1)
            case Call(name, arguments, text):
                found = worked_out(name, [self.value(one, depth - 1) for one in arguments])
                return unresolved(text) if found is MISSING else found
            case Indexed(of, by):
                found = part(self.value(of, depth - 1), self.value(by, depth - 1))
                return self._document(found, depth - 1)
            case For():
                return self._looped(expression, depth - 1)
            case Object(items):
                return self._named(items, depth - 1)
            case Splat(of, steps):
                return each(self.value(of, depth - 1), steps)
            case Opaque(text):
                return unresolved(text)
            case tuple():
                return tuple(self.value(one, depth - 1) for one in expression)
            case dict():
                return {key: self.value(one, depth - 1) for key, one in expression.items()}
        return expression

    def _referred(  # noqa: PLR0911  (one return a kind of name)
        self, reference: Reference, depth: int
    ) -> Value:
        kind, *rest = reference.steps
        if kind == "var" and rest:
            return within(self._variable(rest[0], depth), rest[1:], reference)
        if kind == "local" and rest:
            return self._local(rest, reference, depth)
        if kind == "module" and rest:
            return self._output(reference, rest, depth)
        if kind == "data" and rest[0:1] == [POLICY]:
            return self._document(Reference(reference.steps, self.prefix or ROOT), depth)
        if kind == "path" and rest in (["module"], ["root"]):
            return _below(self.root, self.folder if rest == ["module"] else self.root)
        if kind in _LATER or not rest:
            return unresolved(str(reference))
        return Reference(reference.steps, self.prefix or ROOT)

    def _local(self, rest: list[str], reference: Reference, depth: int) -> Value:
        if self._locals is None:
            self._locals = {}
            for file, block in self.of("locals"):
                for name, one in block.attributes.items():
                    self._locals.setdefault(name, []).append((file, one.value))
        listed = self._locals.get(rest[0])
        if listed is None:
            return unresolved(f"{reference} is not defined")
        own = (value for file, value in listed if file == self.asker)
        return within(self.value(next(own, listed[-1][1]), depth), rest[1:], reference)

    def _document(self, value: Value, depth: int) -> Value:
        """The text of a policy that a data source puts together; any other value as it is."""
        if not isinstance(value, Reference) or value.steps[:2] != ("data", POLICY):
            return value
        if value.steps[-1] not in ("json", "minified_json") or len(value.steps) < 4:
            return value
        from rempart.collectors.repository.documents import policy_document

        text = policy_document(self, value.steps[2], value.steps[3:-1], depth)
        return unresolved(str(value)) if text is None else text

    def _looped(self, loop: For, depth: int) -> Value:
        """What a `for` expression makes; unknown where one turn of it is."""
        of = self.value(loop.of, depth)
        if not isinstance(of, dict | tuple):
            return unresolved(loop.text)
        pairs = list(of.items() if isinstance(of, dict) else enumerate(of))
        made: list[tuple[Value, Value]] = []
        for key, value in pairs[:TURNS]:
            both = (key, value) if len(loop.names) > 1 else (value,)
            names: Names = {(name,): one for name, one in zip(loop.names, both, strict=False)}
            wanted = boolean(self.value(filled(loop.condition, names), depth))
            if not isinstance(wanted, bool):
                return unresolved(loop.text)
            if wanted:
                one = self.value(filled(loop.key, names), depth) if loop.keyed else None
                made.append((one, self.value(filled(loop.value, names), depth)))
        if len(pairs) > TURNS or any(isinstance(key, Unknown) for key, _ in made):
            return unresolved(loop.text)
        if not loop.keyed:
            return tuple(value for _, value in made)
        if not loop.grouped:
            return {shown(key): value for key, value in made}
        groups: dict[str, tuple[Value, ...]] = {}
        for key, value in made:
            groups[shown(key)] = (*groups.get(shown(key), ()), value)
        return groups

    def _named(self, items: Sequence[tuple[Expression, Expression]], depth: int) -> Value:
        found: dict[str, Value] = {}
        for key, value in items:
            name = self.value(key, depth)
            if not isinstance(name, str | int):
                return name if isinstance(name, Unknown) else unresolved(shown(name)[:60])
            found[shown(name)] = self.value(value, depth)
        return found

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
                    return within(value, steps[1:], reference)
        return unresolved(str(reference))

    def _variable(self, name: str, depth: int) -> Value:
        declared = self.labelled("variable", name)
        value = self._given(name, declared, depth)
        typed = declared.attributes.get("type") if declared else None
        return completed(typed.value, value) if typed and isinstance(value, dict | tuple) else value

    def _given(self, name: str, declared: Block | None, depth: int) -> Value:
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
        open_ = next((one for one in values if not isinstance(one, str | int)), None)
        text = "".join(_written(one) for one in values)
        if open_ is None or (isinstance(parts[0], str) and parts[0].lstrip()[:1] in ("{", "[")):
            return text  # JSON is read all the same, with what is not decided as `${...}`
        return unresolved(text[:TEXT])

    def _chosen(self, choice: Choice, depth: int) -> Value:
        condition = boolean(self.value(choice.condition, depth))
        if isinstance(condition, bool):
            return self.value(choice.yes if condition else choice.no, depth)
        arms = [self.value(arm, depth) for arm in (choice.yes, choice.no)]
        return either(arms, "either of two values")


ROOT: Final = "."  # the module of what is referred to in a root, whose prefix is empty


def _refuses_null(variable: Block | None) -> bool:
    nullable = variable.attributes.get("nullable") if variable else None
    return nullable is not None and nullable.value is False


def _below(root: str, folder: str) -> str:
    """A folder as it is called from the root."""
    return posixpath.relpath(f"/{folder}", f"/{root}")


def _written(value: Value) -> str:
    """A part of a template as it is, or as `${...}` where that is not decided."""
    if isinstance(value, str | int):
        return shown(value)
    text = shown(value)[:TEXT]
    return text if "${" in text else f"${{{text}}}"
