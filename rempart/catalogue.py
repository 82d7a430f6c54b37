"""Layers of content, and what they hold: a check's id leads to its card and its code.

Layers are, in order: the built-in folders, plugin packages (entry point group `rempart.content`,
found but not imported), and a workspace folder a person names. A later layer replaces a check only
when its card says `replaces: true`. Python from a workspace is refused unless it is trusted in so
many words: it would run with the auditor's credentials.
"""

import importlib
import importlib.util
import os
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rempart.collectors
import rempart.derive
from rempart.card import Card
from rempart.collectors import Collector
from rempart.declared import Check, declared
from rempart.derive import Derivation
from rempart.errors import ContentError, ContentErrors
from rempart.results import digest
from rempart.signature import signature

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@dataclass(frozen=True, slots=True)
class Layer:
    """One folder with audits/, checks/, reports/ and inventories/; `code` allows its check.py."""

    name: str
    folder: Path
    code: bool = True


def built_in() -> Path:
    """The folder of rempart's own content: packed in the wheel, or the checkout."""
    packed = Path(__file__).parent / "content"
    return packed if packed.is_dir() else Path(__file__).parents[1]


@lru_cache(maxsize=8)
def layers(workspace: Path | None = None, *, trusted: bool = False) -> tuple[Layer, ...]:
    """All layers, the later ones stronger; raises ContentError where the workspace is no folder."""
    found = [Layer("rempart", built_in()), *_plugins()]
    if workspace is not None:
        if not workspace.is_dir():
            raise ContentError(
                "expected a folder with checks/, audits/ or reports/", file=workspace
            )
        found.append(Layer("workspace", workspace.resolve(), code=trusted))
    return tuple(found)


def _plugins() -> Iterator[Layer]:
    for point in _points("rempart.content"):
        spec = importlib.util.find_spec(point.value)
        if spec is None or not spec.submodule_search_locations:
            raise ContentError(f"plugin {point.name}: no package {point.value} is installed")
        yield Layer(point.name, Path(next(iter(spec.submodule_search_locations))))


@dataclass(frozen=True)
class Entry:
    """One check folder; its card is read at discovery, its code when it is asked for."""

    id: str
    folder: Path
    layer: Layer
    card: Card

    @cached_property
    def check(self) -> Check:
        """The check, loaded. Raises ContentError where card or code are not usable."""
        code = self.folder / "check.py"
        if self.card.expect:
            if code.exists():
                raise ContentError("expected either `expect` or check.py, found both", file=code)
            return declared(self.id, self.card, str(self.folder / "check.yaml"))
        if not code.exists():
            raise ContentError("expected check.py or `expect` in check.yaml", file=self.folder)
        if not self.layer.code:
            raise ContentError(
                "Python from a workspace is not run: give the check an `expect`, or start rempart "
                "with --trust-content if you have read this file",
                file=code,
            )
        function = _imported(f"rempart_checks.{self.layer.name}.{self.id}", code).check
        return Check(self.id, self.card, signature(function, str(code)), function)

    @cached_property
    def digest(self) -> str:
        """A digest over the card and the code: what a stored result was judged with."""
        code = self.folder / "check.py"
        return digest(self.card, code.read_text(encoding="utf-8") if code.exists() else "")[:20]


def _imported(name: str, code: Path) -> Any:  # noqa: ANN401  (a module with a `check`)
    spec = importlib.util.spec_from_file_location(name, code)
    if spec is None or spec.loader is None:
        raise ContentError("cannot be imported", file=code)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001  (somebody else's module: anything may come)
        raise ContentError(
            f"cannot be imported: {type(error).__name__}: {error}", file=code
        ) from None
    if not callable(getattr(module, "check", None)):
        raise ContentError("expected a function `check`", file=code)
    return module


def folders(layer: Layer) -> Iterator[tuple[str, Path]]:
    """Ids and folders of the checks of one layer: `checks/ssh/root_login/` is `ssh.root_login`."""
    for card in sorted((layer.folder / "checks").glob("*/*/check.yaml")):
        name, domain = card.parent.name, card.parent.parent.name
        yield f"{domain}.{name}", card.parent


def entries(chosen: Iterable[Layer] | None = None) -> dict[str, Entry]:
    """All checks by id, later layers replacing earlier ones where their card says so.

    Raises ContentErrors with everything wrong in any card.
    """
    from rempart.cards import Shelf

    found: dict[str, Entry] = {}
    errors: list[ContentError] = []
    with Shelf() as shelf:
        for layer in layers() if chosen is None else chosen:
            for id_, folder in folders(layer):
                try:
                    card = shelf.card(folder / "check.yaml")
                except ContentErrors as several:
                    errors += several.errors
                    continue
                if id_ in found and not card.replaces:
                    errors.append(_taken(id_, found[id_], folder))
                found[id_] = Entry(id_, folder, layer, card)
    if errors:
        raise ContentErrors(errors)
    return dict(sorted(found.items()))


def _taken(id_: str, earlier: Entry, folder: Path) -> ContentError:
    return ContentError(
        f"{id_} is already defined by layer {earlier.layer.name} in {earlier.folder}; "
        "write `replaces: true` in this card if it is meant to replace it",
        file=folder / "check.yaml",
        line=1,
    )


@lru_cache(maxsize=8)
def collectors(kinds: frozenset[str] | None = None) -> tuple[Collector, ...]:
    """The collectors, of these kinds of subjects only: our own modules, and the entry point group.

    A module that says in its text that it is for another kind is not imported.
    """
    found = []
    for name, module in _modules(rempart.collectors.__path__, "rempart.collectors", kinds):
        if hasattr(module, "collect"):
            found.append(rempart.collectors.read(name, module))
    for point in _points("rempart.collectors"):
        found.append(rempart.collectors.read(point.name, point.load()))
    return tuple(one for one in found if kinds is None or one.kind in kinds)


def _points(group: str) -> "Sequence[EntryPoint]":
    """The entry points of a group by name; most installations have none, and read no metadata."""
    if not _extended():
        return ()
    from importlib.metadata import entry_points

    return sorted(entry_points(group=group), key=lambda point: point.name)


@lru_cache(maxsize=1)
def _extended() -> bool:
    """Whether any installed distribution has entry points for rempart."""
    for place in filter(os.path.isdir, sys.path):
        for file in Path(place).glob("*-info/entry_points.txt"):
            with suppress(OSError):
                if b"[rempart." in file.read_bytes():
                    return True
    return False


@lru_cache(maxsize=1)
def derivations() -> tuple[Derivation, ...]:
    """All derivations: modules of `rempart.derive`."""
    return tuple(
        rempart.derive.read(name, module)
        for name, module in _modules(rempart.derive.__path__, "rempart.derive")
        if hasattr(module, "derived")
    )


def _modules(
    path: Iterable[str], package: str, kinds: frozenset[str] | None = None
) -> Iterator[tuple[str, Any]]:
    places = tuple(map(Path, path))
    for info in sorted(pkgutil.iter_modules(map(str, places)), key=lambda info: info.name):
        if kinds is None or _may_be(kinds, places, info.name):
            yield info.name, importlib.import_module(f"{package}.{info.name}")


def _may_be(kinds: frozenset[str], places: Iterable[Path], name: str) -> bool:
    """Whether a module's text allows that it collects from one of these kinds."""
    for place in places:
        for file in (place / f"{name}.py", place / name / "__init__.py"):
            if file.is_file():
                text = file.read_text(encoding="utf-8")
                said = _KIND.search(text)
                return said[1] in kinds if said else _COLLECT.search(text) is not None
    return True


_COLLECT = re.compile(r"^(?:def|from|import|collect)\b.*\bcollect\b|^collect\b", re.M)
_KIND = re.compile(r'^KIND = "([^"]+)"', re.M)


def content(kind: str, name: str, chosen: Iterable[Layer] | None = None) -> Path | None:
    """The file `kind/name` of the strongest layer that has it, as in audits/payer.yaml."""
    for layer in reversed(tuple(layers() if chosen is None else chosen)):
        path = layer.folder / kind / name
        if path.is_file():
            return path
    return None


def contents(kind: str, pattern: str, chosen: Iterable[Layer] | None = None) -> Mapping[str, Path]:
    """Files of all layers by name, the strongest layer's where several have one."""
    found: dict[str, Path] = {}
    for layer in layers() if chosen is None else chosen:
        for path in sorted((layer.folder / kind).glob(pattern)):
            found[path.name] = path
    return found
