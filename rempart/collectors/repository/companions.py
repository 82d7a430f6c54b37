"""Resources that say something of another one: a bucket's encryption, its access block, its ACL."""

from collections.abc import Iterable, Iterator
from typing import Final

from rempart.collectors.repository.resource import Place, Resource, Setting
from rempart.collectors.repository.rows import Look
from rempart.collectors.repository.terraform.syntax import Reference

EACH: Final = "*"  # the instance a companion means, where it is made for each of them
NAMED: Final = ("name", "bucket", "identifier", "id")  # settings by which things call each other
Beside = tuple[Resource, bool]


class Estate:
    """Resources that may refer to each other: one Terraform root, one template, one play."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = tuple(resources)
        self._types: dict[str, list[Resource]] = {}
        self._files: dict[tuple[str, str, str], set[str]] = {}
        for one in self.resources:
            self._types.setdefault(one.type, []).append(one)
            thing = (one.root, one.type, one.address)
            self._files.setdefault(thing, set()).add(one.file)
        self._referring: dict[tuple[str, str], dict[Place, list[Resource]]] = {}
        self._named: dict[str, dict[Place, list[Resource]]] = {}
        self._pointers: dict[tuple[str, str, str], set[int]] = {}

    @property
    def types(self) -> Iterable[str]:
        """The types of the resources."""
        return self._types

    def of(self, type_: str) -> list[Resource]:
        """The resources of a type."""
        return self._types.get(type_, [])

    def beside(self, resource: Resource, look: Look) -> Iterator[Beside]:
        """The companions a rule speaks of; whether each is there whenever the resource is."""
        for type_ in look.companions():
            if type_ not in self._types:
                continue
            if look.anywhere:
                for one in self.of(type_):
                    if one.realm == resource.realm:
                        yield one, not one.perhaps
            elif look.through:
                yield from self._through(resource, type_, look.through)
            else:
                for by in (look.by,) if isinstance(look.by, str) else look.by:
                    yield from self._by(resource, type_, by)

    def _by(self, resource: Resource, type_: str, by: str) -> Iterator[Beside]:
        index = self._referring.get((type_, by))
        if index is None:
            index = self._referring[type_, by] = self._indexed(type_, by)
        told: set[int] = set()
        for place in _places(resource, by):
            for found in index.get(place, ()):
                certain = not found.perhaps or _alike(found, resource)
                if self._apart(resource, found):
                    continue
                if (place[-1] != EACH or certain) and id(found) not in told:
                    told.add(id(found))
                    yield found, certain

    def _apart(self, resource: Resource, companion: Resource) -> bool:
        """Whether a companion stands beside another thing of the same address, in its file.

        Files that are each meant to stand alone may lie in one folder, as examples do.
        """
        files = self._files[resource.root, resource.type, resource.address]
        return len(files) > 1 and companion.file in files - {resource.file}

    def _indexed(self, type_: str, by: str) -> dict[Place, list[Resource]]:
        index: dict[Place, list[Resource]] = {}
        for one in self.of(type_):
            for setting in one.body.at(by):
                for place in _meant(setting):
                    for prefix in _prefixes(place):
                        index.setdefault(prefix, []).append(one)
        return index

    def belongs(self, companion: Resource, types: Iterable[str], look: Look) -> bool:
        """Whether a companion belongs to anything of these types that is declared here."""
        if look.through:
            pointed = (self._pointed(type_, companion.type, look.through) for type_ in types)
            return any(id(companion) in one for one in pointed)
        for by in (look.by,) if isinstance(look.by, str) else look.by:
            for setting in companion.body.at(by):
                for place in _meant(setting):
                    prefixes = tuple(_prefixes(place))
                    for type_ in types:
                        names = self._names(type_)
                        if any(one in names for one in prefixes):
                            return True
        return False

    def _pointed(self, type_: str, companion: str, path: str) -> set[int]:
        """The companions that resources of a type point to."""
        known = self._pointers.get((type_, companion, path))
        if known is None:
            known = self._pointers[type_, companion, path] = {
                id(found)
                for one in self.of(type_)
                for found, _ in self._through(one, companion, path)
            }
        return known

    def _names(self, type_: str) -> dict[Place, list[Resource]]:
        names = self._named.get(type_)
        if names is None:
            names = self._named[type_] = {}
            for one in self.of(type_):
                for name in _places(one, ""):
                    names.setdefault(name, []).append(one)
        return names

    def _through(self, resource: Resource, type_: str, path: str) -> Iterator[Beside]:
        names = self._names(type_)
        for setting in resource.body.at(path):
            for place in _meant(setting):
                listed = next((names[one] for one in _prefixes(place) if one in names), [])
                beside = [one for one in listed if one.file == resource.file]
                for found in [*beside, *listed][:1]:
                    yield found, not found.perhaps or _alike(found, resource)


def _meant(setting: Setting) -> Iterator[Place]:
    """What a setting refers to, or the names it gives."""
    if setting.means:
        yield setting.means
    values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
    for value in values:
        if isinstance(value, str) and value:
            yield (value,)
        elif isinstance(value, Reference):
            yield (value.module, *value.steps) if value.module else value.steps


def _prefixes(place: Place) -> Iterator[Place]:
    """A place and what it lies in, the longest first."""
    for length in range(min(len(place), 5), 0, -1):
        yield place[:length]


def _places(resource: Resource, by: str) -> Iterator[Place]:
    yield from resource.names
    for name in dict.fromkeys((by, *NAMED)) if by else NAMED:
        for setting in resource.body.at(name):
            if isinstance(setting.value, str) and setting.value:
                yield (setting.value,)


def _alike(companion: Resource, resource: Resource) -> bool:
    """Whether both are made under the same condition, or one for each of the other."""
    if not companion.condition:
        return True
    return companion.condition in (resource.condition, resource.own)
