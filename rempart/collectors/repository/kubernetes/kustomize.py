"""Kustomizations as they come out: bases with their patches, where nothing takes them further.

Nothing is fetched: a base elsewhere leaves a gap. Source: the kustomization file reference.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from posixpath import dirname, join, normpath
from typing import Any, Final

from rempart.collectors.repository.kubernetes.merging import Merger
from rempart.collectors.repository.kubernetes.objects import (
    Known,
    Manifest,
    Node,
    Places,
    inside,
    known,
    listed,
    manifest,
    mapping,
    objects,
)
from rempart.collectors.text import clean
from rempart.documents import Document

NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
DEPTH: Final = 20  # bases of bases
MOST: Final = 50_000  # objects of all kustomizations
_ELSEWHERE = re.compile(r"[\w+.-]+://|git@|[\w-]+\.[\w.-]+/[^/]+/|[^/]+\?ref=")

Files = Mapping[str, Sequence[Document]]


@dataclass(slots=True)
class Kustomized:
    """What comes out of the kustomizations of a repository.

    `taken` are the files they use, `missing` what they name and the repository does not hold.
    """

    manifests: list[Manifest] = field(default_factory=list)
    secrets: list[tuple[Manifest, str, str, Node, int]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)


def kustomized(files: Files) -> Kustomized:
    """Every kustomization that no other one takes, with all it takes."""
    found = Kustomized()
    folders = {dirname(path): path for path in files if path.rpartition("/")[2] in NAMES}
    used = {
        normpath(join(folder, str(one)))
        for folder, path in folders.items()
        for one in _resources(_value(files, path))
    }
    read = ((path, one) for path, documents in files.items() for one in documents)
    lines = known(read) if folders else {}
    for folder in sorted(folders):
        taken = (folder or ".") in used
        built = _Build(files, folders, folder, found, lines)
        for one in built.objects(folder, DEPTH):
            if not taken and len(found.manifests) < MOST:
                found.manifests.append(one)
        found.secrets += built.secrets
    return found


def _value(files: Files, path: str) -> Mapping[str, Node]:
    documents = files.get(path, ())
    return mapping(documents[0].value) if documents else {}


def _resources(value: Mapping[str, Node]) -> list[Node]:
    return [one for name in ("resources", "bases", "components") for one in listed(value.get(name))]


class _Build:
    """One kustomization and those it takes, built for one root."""

    def __init__(
        self,
        files: Files,
        folders: Mapping[str, str],
        root: str,
        found: Kustomized,
        lines: Known,
    ) -> None:
        self.files, self.folders, self.root, self.found = files, folders, root, found
        self.places = Places(known=lines)
        self.secrets: list[tuple[Manifest, str, str, Node, int]] = []

    def objects(self, folder: str, depth: int, above: Sequence[Manifest] = ()) -> list[Manifest]:
        """The objects of a folder's kustomization, patched; a component patches those above it."""
        path = self.folders[folder]
        value = _value(self.files, path)
        self.found.taken.add(path)
        made = list(above)
        for name in ("resources", "bases"):
            for one in listed(value.get(name)):
                made += self._taken(folder, path, str(one), depth)
        for one in listed(value.get("components")):
            place = normpath(join(folder, str(one)))
            if place in self.folders and place != folder and depth > 0:
                made = self.objects(place, depth - 1, made)
            else:
                made += self._taken(folder, path, str(one), depth)
        made = self._patched(folder, value, made)
        if folder == self.root:
            self._generated(path, value)
        namespace = value.get("namespace")
        if isinstance(namespace, str) and namespace:
            made = [replace(one, namespace=clean(namespace, 100)) for one in made]
        before, after = (str(value.get(name) or "") for name in ("namePrefix", "nameSuffix"))
        if before or after:
            made = [replace(one, name=clean(f"{before}{one.name}{after}", 100)) for one in made]
        return made

    def _taken(self, folder: str, path: str, name: str, depth: int) -> list[Manifest]:
        place = normpath(join(folder, name))
        place = "" if place == "." else place
        if place in self.folders and place != folder and depth > 0:
            return self.objects(place, depth - 1)
        if place in self.files:
            self.found.taken.add(place)
            return [
                replace(one, places=self.places)
                for document in self.files[place]
                for one in objects(document, place, self.root)
            ]
        if _ELSEWHERE.match(name) or place not in self.folders:
            self.found.missing[f"{path}: {clean(name, 120)}"] = path
        return []

    def _patched(
        self, folder: str, value: Mapping[str, Node], made: list[Manifest]
    ) -> list[Manifest]:
        for target, patch, path in self._patches(folder, value):
            merger = Merger(self.places)
            for number, one in enumerate(made):
                if not _meant(one, target, patch):
                    continue
                if isinstance(patch, list):
                    changed = merger.operated(one.value, patch)
                elif patch.get("$patch") == "delete":
                    made = [other for other in made if other is not one]
                    break
                else:
                    changed = merger.merged(one.value, patch, one.kind)
                kept = manifest(mapping(changed), self.places, one.path, one.line, one.root)
                made[number] = replace(kept, name=one.name, namespace=one.namespace)
            self.found.taken.add(path)
        return made

    def _patches(
        self, folder: str, value: Mapping[str, Node]
    ) -> Iterator[tuple[Mapping[str, Node], Any, str]]:
        """Every patch with what it is for and the file it stands in."""
        for one in listed(value.get("patchesStrategicMerge")):
            yield from self._contents(folder, {}, one)
        for name in ("patches", "patchesJson6902"):
            for one in listed(value.get(name)):
                given = mapping(one)
                target = mapping(given.get("target"))
                yield from self._contents(folder, target, given.get("path") or given.get("patch"))

    def _contents(
        self, folder: str, target: Mapping[str, Node], written: Node
    ) -> Iterator[tuple[Mapping[str, Node], Any, str]]:
        if not isinstance(written, str):
            return
        place = normpath(join(folder, written))
        documents: Sequence[Document]
        if "\n" not in written and place in self.files:
            documents = self.files[place]
        else:
            place = self.folders[folder]
            documents = _inline(written, place)
            for document in documents:  # its lines are those of a text within the file
                self.places.read(place, replace(document, lines={}))
        for document in documents:
            if isinstance(document.value, dict | list):
                yield target, document.value, place

    def _generated(self, path: str, value: Mapping[str, Node]) -> None:
        """Literals of the generators: NAME=value, written in the file."""
        here = manifest(value, self.places, path, 1, self.root)
        for kind in ("secretGenerator", "configMapGenerator"):
            for one in listed(value.get(kind)):
                literals = mapping(one).get("literals")
                name = str(mapping(one).get("name", ""))
                for number, text in enumerate(listed(literals)):
                    if isinstance(text, str) and "=" in text:
                        of = replace(here, kind=kind, name=clean(name, 100), namespace="")
                        self.secrets.append((of, kind, text, literals, number))


def _inline(text: str, path: str) -> tuple[Document, ...]:
    from rempart.documents import Limits, every
    from rempart.errors import ContentErrors

    try:
        return every(text, path, limits=Limits(size=500_000, nodes=50_000, aliases=True))
    except ContentErrors:
        return ()


def _meant(one: Manifest, target: Mapping[str, Node], patch: Any) -> bool:  # noqa: ANN401
    """Whether a patch is for an object: by its target, else by the kind and name it repeats."""
    if not target:
        if not isinstance(patch, dict):
            return False
        name = inside(patch, "metadata", "name")
        return patch.get("kind") == one.kind and name in (one.name, _written(one))
    for field_, value in (("kind", one.kind), ("group", one.group)):
        wanted = target.get(field_)
        if wanted is not None and not _matches(str(wanted), value):
            return False
    name = target.get("name")
    if name is not None and not any(_matches(str(name), own) for own in (one.name, _written(one))):
        return False
    labels = mapping(inside(one.value, "metadata", "labels"))
    return all(
        str(labels.get(key.strip())) == wanted.strip()
        for key, sign, wanted in (
            part.partition("=") for part in str(target.get("labelSelector") or "").split(",")
        )
        if sign
    )


def _written(one: Manifest) -> str:
    return str(inside(one.value, "metadata", "name") or "")


def _matches(pattern: str, text: str) -> bool:
    """A target's field: a pattern for the whole text; one that is too clever is taken as a name."""
    if pattern == text:
        return True
    plain = re.fullmatch(r"(?:[\w/-]|\.[*+]?|\|)*", pattern)  # nothing that could run for ever
    if plain is None or len(pattern) > 100 or pattern.count("*") + pattern.count("+") > 2:
        return False
    return re.fullmatch(pattern, text) is not None
