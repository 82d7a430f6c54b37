"""Terraform modules of a repository: which folders are roots, and what each call passes down.

A root is a folder with Terraform that nothing here calls, and every Terragrunt unit; a folder that
is called is judged through its callers. Source: the Terraform language: files of a folder, override
files, order of variable files.
"""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from rempart.collectors.repository.included import Reading
from rempart.collectors.repository.terraform.calls import Foreign, inputs, source, target
from rempart.collectors.repository.terraform.instances import instances
from rempart.collectors.repository.terraform.syntax import Block, Expression, File
from rempart.collectors.repository.terraform.terragrunt import Unit, units
from rempart.collectors.repository.terraform.values import Module

DEPTH = 8  # modules within modules
CALLS = 2_000  # modules evaluated in all
LOCK = ".terraform.lock.hcl"
VARIABLES = (".tfvars", ".tfvars.json")
OVERRIDES = tuple(f"override.{ending}" for ending in ("tf", "tofu", "tf.json", "tofu.json"))

Variables: TypeAlias = dict[str, Expression]
Blocks: TypeAlias = list[tuple[str, Block]]


class Repository:
    """The folders of a repository that hold Terraform, and their blocks."""

    def __init__(self, files: Iterable[File], read: Reading = lambda _path: None) -> None:
        self._read = read
        self.folders: dict[str, Blocks] = {}
        self._locked: dict[str, dict[str, str]] = {}
        self._left = CALLS
        variables: list[File] = []
        overrides: list[File] = []
        hcl: list[File] = []
        for file in _chosen(files):
            folder, name = posixpath.split(file.path)
            if name == LOCK:
                self._locked[folder] = _versions(file)
            elif name.endswith(VARIABLES):
                variables.append(file)
            elif name.endswith(".hcl"):
                hcl.append(file)
            elif name in OVERRIDES or name.endswith(tuple(f"_{one}" for one in OVERRIDES)):
                overrides.append(file)
            else:
                blocks = self.folders.setdefault(folder, [])
                blocks += [(file.path, block) for block in file.body.blocks]
        for file in sorted(overrides, key=lambda file: file.path):
            blocks = self.folders.setdefault(posixpath.dirname(file.path), [])
            for block in file.body.blocks:
                _override(blocks, file.path, block)
        self._units = {unit.folder: unit for unit in units(hcl, self.folders)}
        self._own, self._others = self._given(variables)

    def roots(self) -> list[str]:
        """The folders that are judged on their own; a ring of modules starts at its first name."""
        called: dict[str, set[str]] = {
            folder: {one for _, call in self.calls(folder) if (one := self.target(folder, call))}
            for folder in self.folders
        }
        ours = {one for folder, inner in called.items() for one in inner if one != folder}
        ours |= {unit.target for unit in self._units.values() if unit.target is not None}
        found = [folder for folder in sorted(self.folders) if folder not in ours]
        reached: set[str] = set()
        for folder in [*found, *(unit.target or "" for unit in self._units.values())]:
            _reach(folder, called, reached)
        for folder in sorted(set(self.folders) - reached):
            if folder not in reached:
                found.append(folder)
                _reach(folder, called, reached)
        return sorted({*found, *self._units})

    def _given(self, files: list[File]) -> tuple[dict[str, Variables], dict[str, list[Variables]]]:
        """Variable files by root: those Terraform loads, and those somebody may name to it."""
        own: dict[str, Variables] = {}
        others: dict[str, list[Variables]] = {}
        for file in sorted(files, key=_order):
            folder, name = posixpath.split(file.path)
            values = {key: one.value for key, one in file.body.attributes.items()}
            loaded = name.removesuffix(".json") == "terraform.tfvars" or ".auto.tfvars" in name
            if loaded and folder in self.folders:
                own.setdefault(folder, {}).update(values)
                continue
            while folder and folder not in self.folders:
                folder = posixpath.dirname(folder)
            others.setdefault(folder, []).append(values)
        return own, others

    def calls(self, folder: str) -> Blocks:
        """The module calls of a folder."""
        return [(f, b) for f, b in self.folders[folder] if b.type == "module" and b.labels]

    def target(self, folder: str, call: Block) -> str | None:
        """The folder a call points to; None when it is not one of this repository's."""
        path = target(folder, source(call))
        return path if path in self.folders else None

    def evaluated(self, root: str) -> list[Module | Foreign]:
        """A root and all it calls, the caller before the called."""
        found: list[Module | Foreign] = []
        unit = self._units.get(root)
        if unit is not None:
            found += self._unit(unit)
        if root in self.folders and (unit is None or unit.target != root):
            module = Module(root, "", root, self.folders[root])
            module.tfvars, module.others = self._own.get(root, {}), self._others.get(root, ())
            module.locked, module.read = self._locked.get(root, {}), self._read
            found += self._evaluated(module)
        return found

    def _unit(self, unit: Unit) -> list[Module | Foreign]:
        """What a Terragrunt unit makes of the module it names."""
        if unit.target is None:
            block = replace(unit.block, labels=(unit.folder or "unit",))
            caller = Module(unit.folder, "", unit.folder, unit.blocks)
            return [
                Foreign("terragrunt", unit.source, unit.file, block, caller, inputs=unit.inputs)
            ]
        module = Module(unit.target, "", unit.folder, self.folders[unit.target])
        module.inputs, module.parent = unit.inputs, Module(unit.folder, "", "", unit.blocks)
        module.locked, module.read = self._locked.get(unit.folder, {}), self._read
        return self._evaluated(module)

    def _evaluated(self, module: Module, depth: int = 0) -> list[Module | Foreign]:
        self._left -= 1
        found: list[Module | Foreign] = [module]
        for file, call in self.calls(module.folder):
            target_ = self.target(module.folder, call)
            for one in instances(module, call):
                address = f"{module.prefix}module.{call.labels[0]}{one.instance}"
                if target_ is None or depth >= DEPTH or self._left <= 0:
                    given = inputs(one)
                    found.append(Foreign(address, source(call), file, one, module, given))
                    continue
                inner = Module(target_, f"{address}.", module.root, self.folders[target_])
                inner.inputs, inner.parent, inner.call = inputs(one), module, call
                inner.locked, inner.read = module.locked, module.read
                key = one.instance.strip('[]"')
                module.children[f"{call.labels[0]}.{key}" if key else call.labels[0]] = inner
                found += self._evaluated(inner, depth + 1)
        return found


def _reach(folder: str, called: dict[str, set[str]], reached: set[str]) -> None:
    """Add a folder and all it calls to those that are judged."""
    waiting = [folder]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += called.get(one, ())


def _chosen(files: Iterable[File]) -> Iterator[File]:
    """The files; of two with one name OpenTofu takes its own, and so do we."""
    listed = list(files)
    tofu = {file.path.replace(".tofu", ".tf") for file in listed if ".tofu" in file.path}
    return (file for file in listed if file.path not in tofu)


def _order(file: File) -> tuple[str, bool, str]:
    """terraform.tfvars first, then the others in the order of their names: the later wins."""
    folder, name = posixpath.split(file.path)
    return folder, not name.startswith("terraform.tfvars"), name


def _override(blocks: Blocks, file: str, block: Block) -> None:
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
