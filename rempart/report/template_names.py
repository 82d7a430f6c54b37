"""Names in templates that nobody sets and fields the data do not have, with file and line.

Found in the syntax tree, so that branches nobody took are read too.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import GenericAlias
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

from rempart.brand import Brand
from rempart.catalogue import built_in
from rempart.documents.faults import suggestion
from rempart.errors import ContentError, RempartError
from rempart.report.findings import Findings
from rempart.report.language import Language, language
from rempart.report.render import context, undeclared
from rempart.results import Run

Node: TypeAlias = Any  # of jinja2, which only rempart.report.render imports
Kind: TypeAlias = Any  # a type, or None where it is not known
Scope: TypeAlias = Mapping[str, Kind]
FRONT = "front.html.j2"  # of a PDF
AT_FRONT = {"contents", "title", "kind"}  # what it alone sees
ROOTS: Scope = {"run": Run, "found": Findings, "language": Language, "brand": Brand}


def strange(folder: Path, names: list[str], run: Run) -> list[ContentError]:
    """Names nobody sets and fields the data do not have, in every branch of every file."""
    known = set(context(run, language("en"))) | {"caller", "loop", "varargs", "kwargs"}
    trees = []
    faults = []
    for name in names:
        try:
            tree, wanting = undeclared(folder, name)
        except RempartError as error:
            faults.append(fault(folder, name, str(error)))
            continue
        trees.append((name, tree, wanting))
        known |= set(_exported(tree))
    known |= _ours()
    for name, tree, wanting in trees:
        seen = known | (AT_FRONT if name == FRONT else set())
        for line, text in sorted({*_unknown(tree, wanting - seen, seen), *_missing(tree, ROOTS)}):
            faults.append(ContentError(text, file=folder / name, line=line))
    return faults


def _ours() -> set[str]:
    """What rempart's own templates set for the parts they include."""
    folder = built_in() / "reports"
    files = (file.relative_to(folder) for file in folder.rglob("*.j2"))
    return {name for file in files for name in _exported(undeclared(folder, str(file))[0])}


def _exported(tree: Node) -> Iterator[str]:
    """Names a template sets, imports or defines as macros: its parts see them."""
    for node in _nodes(tree):
        kind = type(node).__name__
        if _stored(node) or kind == "Macro":
            yield node.name
        elif kind == "Import":
            yield node.target
        elif kind == "FromImport":
            yield from (one if isinstance(one, str) else one[1] for one in node.names)


def _unknown(tree: Node, wanting: frozenset[str], known: set[str]) -> Iterator[tuple[int, str]]:
    for node in _nodes(tree):
        if type(node).__name__ == "Name" and node.ctx == "load" and node.name in wanting:
            close = suggestion(node.name, known)
            text = f'expected a name of the data contract, found "{node.name}"{close}'
            yield node.lineno, text


def _missing(tree: Node, scope: Scope) -> Iterator[tuple[int, str]]:
    """Fields that the type of a value does not have; loops over typed lists are followed."""
    kind = type(tree).__name__
    if kind == "For" and type(tree.target).__name__ == "Name":
        yield from _missing(tree.iter, scope)
        scope = {**scope, tree.target.name: _item(_typed(tree.iter, scope))}
        for child in tree.iter_child_nodes(exclude=("iter", "target")):
            yield from _missing(child, scope)
        return
    if kind in ("Assign", "Macro", "For"):
        shadowed = {node.name for node in _nodes(tree) if _stored(node)}
        scope = {name: typed for name, typed in scope.items() if name not in shadowed}
    if kind == "Getattr":
        owner = _typed(tree.node, scope)
        fields = _fields(owner)
        if fields and tree.attr not in fields:
            name = getattr(owner, "__name__", str(owner))
            close = suggestion(tree.attr, fields)
            yield tree.lineno, f'expected a field of {name}, found "{tree.attr}"{close}'
    for child in tree.iter_child_nodes():
        yield from _missing(child, scope)


def _stored(node: Node) -> bool:
    return type(node).__name__ == "Name" and node.ctx in ("store", "param")


def _typed(node: Node, scope: Scope) -> Kind:
    """The type of an expression as far as it is plain; None when it is not known."""
    kind = type(node).__name__
    if kind == "Name":
        return scope.get(node.name)
    if kind == "Getattr":
        return _fields(_typed(node.node, scope)).get(node.attr)
    if kind == "Getitem":
        return _item(_typed(node.node, scope))
    return None


def _fields(owner: Kind) -> Mapping[str, Kind]:
    """The public fields of a record or of a class of ours, each with its type."""
    owner = _plain(owner)
    if not isinstance(owner, type) or isinstance(owner, GenericAlias):
        return {}
    if not owner.__module__.startswith("rempart.") or issubclass(owner, str):
        return {}
    found = dict(get_type_hints(owner)) if hasattr(owner, "__struct_fields__") else {}
    for name in dir(owner):
        if name.startswith("_"):
            continue
        member = getattr(owner, name)
        function = getattr(member, "fget", None) or getattr(member, "func", None)
        if isinstance(member, property | cached_property) and function is not None:
            found[name] = get_type_hints(function).get("return")
        else:
            found.setdefault(name, None)
    if not hasattr(owner, "__struct_fields__"):
        found |= dict.fromkeys(getattr(owner, "__annotations__", {}))
        found |= dict.fromkeys(("run", "id"))
    return found


def _plain(kind: Kind) -> Kind:
    """A type without its `| None`."""
    members = [one for one in get_args(kind) if one is not type(None)]
    optional = type(None) in get_args(kind)
    return members[0] if optional and len(members) == 1 else kind


def _item(kind: Kind) -> Kind:
    """The type of an element of a tuple, or of a value of a mapping looked up by key."""
    arguments = get_args(_plain(kind))
    origin: Kind = get_origin(_plain(kind))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return arguments[0]
    return None


def _nodes(tree: Node) -> Iterator[Node]:
    yield tree
    for child in tree.iter_child_nodes():
        yield from _nodes(child)


def fault(folder: Path, name: str, text: str) -> ContentError:
    """`mine.html.j2:7: ...` as a content error of that file and line."""
    head, _, message = text.partition(": ")
    place, _, line = head.rpartition(":")
    if message and line.isdecimal():
        same = sorted(folder.rglob(Path(place).name)) if not (folder / place).is_file() else []
        here = same[0] if len(same) == 1 else folder / place
        return ContentError(message, file=here if here.is_file() else place, line=int(line))
    return ContentError(text.removeprefix(f"{name}: "), file=folder / name)
