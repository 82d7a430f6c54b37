"""Terraform modules of a repository: which folders are roots, and what each call passes down.

Source: the Terraform language: files of a folder, override files, order of variable files.
"""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from rempart.collectors.repository.instances import instances
from rempart.collectors.repository.syntax import Block, Expression, File
from rempart.collectors.repository.values import Module

DEPTH = 8  # modules within modules
CALLS = 2_000  # modules evaluated in all
LOCK = ".terraform.lock.hcl"

Variables: TypeAlias = dict[str, Expression]


@dataclass(frozen=True, slots=True)
class Foreign:
    """A module that is called and does not lie in the repository."""

    address: str
    source: str
    file: str
    line: int
    root: str


def roots(files: Iterable[File]) -> Iterator[list[Module | Foreign]]:
    """The modules of each root, as they are called; a module nobody calls is a root."""
    estate = _Estate(files)
    called = {
        target
        for folder in estate.folders
        for _, call in estate.calls(folder)
        if (target := estate.target(folder, call)) is not None and target != folder
    }
    for folder in sorted(estate.folders):
        if folder not in called:
            yield estate.evaluated(folder)
    for folder in sorted(set(estate.folders) - estate.visited):  # a ring of modules
        if folder not in estate.visited:
            yield estate.evaluated(folder)


class _Estate:
    """The folders of a repository that hold Terraform, and their blocks."""

    def __init__(self, files: Iterable[File]) -> None:
        self.folders: dict[str, list[tuple[str, Block]]] = {}
        self.visited: set[str] = set()
        self._locked: dict[str, dict[str, str]] = {}
        self._left = CALLS
        variables: list[File] = []
        overrides: list[File] = []
        for file in files:
            folder, name = posixpath.split(file.path)
            if name == LOCK:
                self._locked[folder] = _versions(file)
            elif name.endswith(".tfvars"):
                variables.append(file)
            elif name == "override.tf" or name.endswith("_override.tf"):
                overrides.append(file)
            else:
                blocks = self.folders.setdefault(folder, [])
                blocks += [(file.path, block) for block in file.body.blocks]
        for file in sorted(overrides, key=lambda file: file.path):
            blocks = self.folders.setdefault(posixpath.dirname(file.path), [])
            for block in file.body.blocks:
                _override(blocks, file.path, block)
        self._own, self._others = self._given(variables)

    def _given(self, files: list[File]) -> tuple[dict[str, Variables], dict[str, list[Variables]]]:
        """Variable files by root: those Terraform loads, and those somebody may name to it."""
        own: dict[str, Variables] = {}
        others: dict[str, list[Variables]] = {}
        for file in sorted(files, key=_order):
            folder, name = posixpath.split(file.path)
            values = {key: one.value for key, one in file.body.attributes.items()}
            loaded = name == "terraform.tfvars" or name.endswith(".auto.tfvars")
            if loaded and folder in self.folders:
                own.setdefault(folder, {}).update(values)
                continue
            while folder and folder not in self.folders:
                folder = posixpath.dirname(folder)
            others.setdefault(folder, []).append(values)
        return own, others

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

    def evaluated(self, root: str) -> list[Module | Foreign]:
        """A root and all it calls, the caller before the called."""
        module = Module(root, "", root, self.folders[root])
        module.tfvars, module.others = self._own.get(root, {}), self._others.get(root, ())
        module.locked = self._locked.get(root, {})
        return self._evaluated(module)

    def _evaluated(self, module: Module, depth: int = 0) -> list[Module | Foreign]:
        self._left -= 1
        self.visited.add(module.folder)
        found: list[Module | Foreign] = [module]
        for file, call in self.calls(module.folder):
            target = self.target(module.folder, call)
            for one in instances(module, call):
                address = f"{module.prefix}module.{call.labels[0]}{one.instance}"
                if target is None or depth >= DEPTH or self._left <= 0:
                    found.append(Foreign(address, _source(call), file, call.line, module.root))
                    continue
                inner = Module(target, f"{address}.", module.root, self.folders[target])
                inner.inputs, inner.parent, inner.call = _inputs(one), module, call
                inner.locked = module.locked
                key = one.instance.strip('[]"')
                module.children[f"{call.labels[0]}.{key}" if key else call.labels[0]] = inner
                found += self._evaluated(inner, depth + 1)
        return found


def _inputs(call: Block) -> Variables:
    return {name: one.value for name, one in call.attributes.items() if name not in _META}


def _order(file: File) -> tuple[str, bool, str]:
    """terraform.tfvars first, then the others in the order of their names: the later wins."""
    folder, name = posixpath.split(file.path)
    return folder, name != "terraform.tfvars", name


def _override(blocks: list[tuple[str, Block]], file: str, block: Block) -> None:
    """Merge a block of an override file into the one it overrides."""
    for place, (_, one) in enumerate(blocks):
        if (one.type, one.labels) == (block.type, block.labels) and block.type != "locals":
            kept = [inner for inner in one.blocks if not block.all(inner.type)]
            merged = {**one.attributes, **block.attributes}
            blocks[place] = file, replace(one, attributes=merged, blocks=[*kept, *block.blocks])
            return
    blocks.insert(0, (file, block))


def _versions(file: File) -> dict[str, str]:
    """Provider versions a lock file holds, by the provider's type."""
    found = {}
    for block in file.body.all("provider"):
        version = block.attributes.get("version")
        if block.labels and version and isinstance(version.value, str):
            found[block.labels[0].rpartition("/")[2]] = version.value
    return found


def _source(call: Block) -> str:
    source = call.attributes.get("source")
    return source.value if source and isinstance(source.value, str) else "somewhere"


_META = frozenset({"source", "version", "count", "for_each", "depends_on", "providers"})
