"""Terraform modules of a repository: which folders are roots, and what each call passes down."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rempart.check import Unknown
from rempart.collectors.repository.hcl import Block, Expression, File
from rempart.collectors.repository.values import Module

DEPTH = 8  # modules within modules
CALLS = 2_000  # modules evaluated in all


@dataclass(frozen=True, slots=True)
class Foreign:
    """A module that is called and does not lie in the repository."""

    address: str
    source: str
    file: str
    line: int
    root: str


def modules(files: Iterable[File]) -> Iterator[Module | Foreign]:
    """Every module as it is called, from each root; a module nobody calls is a root."""
    estate = _Estate(files)
    called = {
        target
        for folder in estate.folders
        for _, call in estate.calls(folder)
        if (target := estate.target(folder, call)) is not None and target != folder
    }
    for folder in sorted(estate.folders):
        if folder not in called:
            yield from estate.evaluated(folder)
    for folder in sorted(set(estate.folders) - estate.visited):  # a ring of modules
        yield from estate.evaluated(folder)


class _Estate:
    """The folders of a repository that hold Terraform, and their blocks."""

    def __init__(self, files: Iterable[File]) -> None:
        self.folders: dict[str, list[tuple[str, Block]]] = {}
        self.tfvars: dict[str, dict[str, Expression]] = {}
        self.visited: set[str] = set()
        self._left = CALLS
        for file in files:
            folder, name = posixpath.split(file.path)
            if name.endswith(".tfvars"):
                if name == "terraform.tfvars" or name.endswith(".auto.tfvars"):
                    values = {key: one.value for key, one in file.body.attributes.items()}
                    self.tfvars.setdefault(folder, {}).update(values)
            else:
                blocks = self.folders.setdefault(folder, [])
                blocks += [(file.path, block) for block in file.body.blocks]

    def calls(self, folder: str) -> list[tuple[str, Block]]:
        return [(f, b) for f, b in self.folders[folder] if b.type == "module" and b.labels]

    def target(self, folder: str, call: Block) -> str | None:
        """The folder a call points to; None when it is not one of this repository's."""
        source = call.attributes.get("source")
        text = source.value if source else None
        if not isinstance(text, str) or not text.startswith(("./", "../")):
            return None
        path = posixpath.normpath(posixpath.join(folder, text))
        path = "" if path == "." else path
        return path if path in self.folders else None

    def evaluated(self, root: str) -> Iterator[Module | Foreign]:
        yield from self._evaluated(
            Module(root, "", root, self.folders[root], {}, self._given(root))
        )

    def _given(self, root: str) -> Mapping[str, Expression]:
        return self.tfvars.get(root, {})

    def _evaluated(self, module: Module, depth: int = 0) -> Iterator[Module | Foreign]:
        self._left -= 1
        self.visited.add(module.folder)
        yield module
        for file, call in self.calls(module.folder):
            address = f"{module.prefix}module.{call.labels[0]}"
            target = self.target(module.folder, call)
            if target is None or depth >= DEPTH or self._left <= 0:
                yield Foreign(address, _source(call), file, call.line, module.root)
            elif not absent(module, call):
                inputs = {
                    name: module.value(attribute.value)
                    for name, attribute in call.attributes.items()
                    if name not in _META
                }
                blocks = self.folders[target]
                inner = Module(target, f"{address}.", module.root, blocks, inputs)
                yield from self._evaluated(inner, depth + 1)


def absent(module: Module, block: Block) -> bool:
    """Whether `count` or `for_each` says that there is none of it."""
    count, each = block.attributes.get("count"), block.attributes.get("for_each")
    if count is not None:
        value = module.value(count.value)
        return not isinstance(value, Unknown) and type(value) in (int, str) and value in (0, "0")
    if each is not None:
        value = module.value(each.value)
        return isinstance(value, dict | tuple) and not value
    return False


def _source(call: Block) -> str:
    source = call.attributes.get("source")
    return source.value if source and isinstance(source.value, str) else "somewhere"


_META = frozenset({"source", "version", "count", "for_each", "depends_on", "providers"})
