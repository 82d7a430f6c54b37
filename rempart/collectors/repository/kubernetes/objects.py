"""Kubernetes objects as manifests declare them: what each is called and where its parts stand."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rempart.check import Seen, Vantage
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import Document

Node = Any  # a scalar, list or mapping of a document
Known = Mapping[int, tuple[str, Mapping[str | int, int]]]
MOST: Final = 20_000  # objects of one file
# YAML 1.1, which Kubernetes reads, has more words for booleans than our reader of YAML knows.
WORDS: Final = {
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}


def known(read: Iterable[tuple[str, Document]]) -> Known:
    """The lines of many documents, by the identity of a container; a stream's are told once."""
    streams = {id(document.lines): (path, document.lines) for path, document in read}
    return {
        container: (path, lines)
        for path, stream in streams.values()
        for container, lines in stream.items()
    }


class Places:
    """Where the parts of documents stand: file and line, by container and key.

    Containers are told apart by identity; whoever makes new ones says where their parts come from.
    """

    def __init__(self, *read: tuple[str, Document], known: Known | None = None) -> None:
        self._read = list(read)
        self._known: Known = known or {}
        self._made: dict[int, dict[str | int, tuple[str, int]]] = {}
        self._kept: list[Node] = []  # an identity must not be given again

    def of(self, container: Node, key: str | int) -> tuple[str, int] | None:
        """File and line of a part; None where it is not written."""
        made = self._made.get(id(container))
        if made is not None:
            return made.get(key)
        if id(container) in self._known:
            path, known = self._known[id(container)]
            return (path, known[key]) if key in known else None
        for path, document in self._read:
            lines = document.lines.get(id(container))
            if lines is not None:
                line = lines.get(key)
                return None if line is None else (path, line)
        return None

    def read(self, path: str, document: Document) -> None:
        """Know the parts of one more document."""
        self._read.append((path, document))

    def made(self, container: Node, places: Mapping[str | int, tuple[str, int] | None]) -> None:
        """Know the parts of a container that was put together from others."""
        self._kept.append(container)
        self._made[id(container)] = {key: at for key, at in places.items() if at is not None}


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """One object: its group (empty for the core), kind, namespace and name."""

    kind: str
    group: str
    namespace: str
    name: str
    value: Mapping[str, Node]
    places: Places
    path: str
    line: int
    root: str = ""

    @property
    def address(self) -> str:
        """`Kind/namespace/name`; without what the manifest does not say."""
        return clean("/".join(part for part in (self.kind, self.namespace, self.name) if part), 200)

    @property
    def spec(self) -> Mapping[str, Node]:
        return mapping(self.value.get("spec"))

    @property
    def annotations(self) -> Mapping[str, Node]:
        return mapping(inside(self.value, "metadata", "annotations"))

    def where(self, container: Node = None, key: str | int = "", of: str = "") -> dict[str, Any]:
        """What an observation says of its place; `of` names a part of the object."""
        path, line = self.path, self.line
        if container is not None:
            path, line = self.places.of(container, key) or (path, line)
        return {
            "key": f"{self.address} {clean(of, 120)}" if of else self.address,
            "vantage": Vantage.DECLARED,
            "source": path,
            "line": line,
            "end_line": line,
            "root": self.root,
        }


def objects(document: Document, path: str, root: str = "") -> Iterator[Manifest]:
    """The objects of a document, those in a `List` one by one."""
    places = Places((path, document))
    waiting, found = [(document.value, document.line)], 0
    while waiting and found < MOST:
        value, line = waiting.pop()
        if not isinstance(value, dict):
            continue
        kind, version = value.get("kind"), value.get("apiVersion")
        items = value.get("items")
        if isinstance(kind, str) and kind.endswith("List") and isinstance(items, list):
            lines = document.lines.get(id(items), {})
            waiting += [(item, lines.get(n, line)) for n, item in reversed([*enumerate(items)])]
        elif isinstance(kind, str) and isinstance(version, str):
            found += 1
            yield manifest(value, places, path, line, root)


def manifest(
    value: Mapping[str, Node], places: Places, path: str, line: int, root: str = ""
) -> Manifest:
    """A mapping as the object it describes."""
    metadata = mapping(value.get("metadata"))
    return Manifest(
        clean(str(value.get("kind", "")), 80),
        str(value.get("apiVersion", "")).rpartition("/")[0],
        _word(metadata.get("namespace")),
        _word(metadata.get("name")) or _word(metadata.get("generateName")),
        value,
        places,
        path,
        line,
        root,
    )


def _word(value: Node) -> str:
    return clean(str(value), 100) if isinstance(value, str | int) else ""


def mapping(value: Node) -> Mapping[str, Node]:
    """The mapping itself; an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def listed(value: Node) -> list[Node]:
    """The list itself; an empty one where something else stands."""
    return value if isinstance(value, list) else []


def inside(value: Node, *steps: str) -> Node:
    """The part at a path of mappings; None where it is not written."""
    for step in steps:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def truth(value: Node) -> Seen[bool] | None:
    """A value where a boolean stands; None where nothing does."""
    if value is None or isinstance(value, bool):
        return value
    known = WORDS.get(value) if isinstance(value, str) else None
    return unresolved(clean(str(value), 60)) if known is None else known


def written(name: str, value: Node) -> str:
    """A setting as its manifest writes it."""
    shown = ("true" if value else "false") if isinstance(value, bool) else clean(str(value), 80)
    return f"{name}: {shown}"
