"""Which files Ansible reads, and as what; variables by where Ansible looks for them.

Source: Ansible core 2.18, "Using variables" (precedence), "Roles" (folders of a role).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any, Final

from rempart.collectors.repository.ansible.inventories import Hosts, hosts_of_ini, hosts_of_yaml
from rempart.collectors.repository.ansible.names import canonical
from rempart.collectors.repository.ansible.paths import VARIABLES as _VARS
from rempart.collectors.repository.ansible.shapes import is_play, looks_like_tasks
from rempart.collectors.repository.ansible.syntax import (
    Play,
    Scope,
    play_tasks,
    plays,
)
from rempart.collectors.repository.terraform.values import either, unresolved
from rempart.documents import Document, Limits, every

LIMITS = Limits(size=2_000_000, nodes=300_000, aliases=True)
VAULT: Final = b"$ANSIBLE_VAULT;"
_LIST: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*|---[^\n]*|%[^\n]*)?\r?\n)*-[ \t\r\n]"
)
_SETTINGS: Final = re.compile(
    rb"^\[(?:defaults|galaxy|ssh_connection|privilege_escalation)\]", re.M
)
_GROUPS: Final = re.compile(rb"^[ \t]{1,8}(?:hosts|children):[ \t]*\r?$", re.M)
_FOLDERS: Final = ("tasks", "handlers", "defaults", "vars")


@dataclass(frozen=True, slots=True)
class Book:
    """A file: `kind` is plays, tasks, vars, vault, hosts or settings."""

    path: str
    kind: str
    document: Document | None = None
    hosts: Hosts | None = None
    text: str = ""

    @property
    def role(self) -> str:
        """The folder of the role, or of whatever else has a `tasks` folder; empty where none."""
        parts = PurePosixPath(self.path).parts
        for place in range(len(parts) - 2, -1, -1):
            if parts[place] in _FOLDERS:
                return "/".join(parts[:place]) or "."
        return ""

    @property
    def folder(self) -> str:
        """Which of a role's folders it stands in."""
        parts = PurePosixPath(self.path).parts[:-1]
        return next((part for part in reversed(parts) if part in _FOLDERS), "")


def book(path: str, raw: bytes) -> Book | None:
    """The file as Ansible reads it; None where it is none of Ansible's.

    Raises ContentErrors for YAML that cannot be read, where the file is surely Ansible's.
    """
    if raw.startswith(VAULT):
        return Book(path, "vault")
    pure = PurePosixPath(path)
    among_vars = any(part in _VARS for part in pure.parts[:-1])
    if pure.suffix.lower() in (".yml", ".yaml", ".json") or among_vars:
        return _of_yaml(pure, raw, among_vars=among_vars)
    text = raw.decode("utf-8", "replace")
    if pure.suffix == ".cfg":
        ours = pure.name == "ansible.cfg" or _SETTINGS.search(raw) is not None
        return Book(path, "settings", text=text) if ours else None
    ours = pure.suffix != ".ini" or b"ansible_" in raw
    return Book(path, "hosts", hosts=hosts_of_ini(path, text)) if ours else None


def _of_yaml(pure: PurePosixPath, raw: bytes, *, among_vars: bool) -> Book | None:
    listed = _LIST.match(raw) is not None
    folder = next((part for part in reversed(pure.parts[:-1]) if part in _FOLDERS), "")
    if not (listed or among_vars or folder in ("defaults", "vars") or _grouped(raw)):
        return None
    found = every(raw, str(pure), limits=LIMITS, tagged=True)
    if not found:
        return None
    return _sorted(str(pure), found[0], listed=listed, among_vars=among_vars, folder=folder)


def _grouped(raw: bytes) -> bool:
    return _GROUPS.search(raw) is not None and b"apiVersion:" not in raw


def _sorted(
    path: str, document: Document, *, listed: bool, among_vars: bool, folder: str
) -> Book | None:
    value = document.value
    if listed:
        if isinstance(value, list) and any(is_play(item) for item in value):
            return Book(path, "plays", document)
        return Book(path, "tasks", document) if looks_like_tasks(value) else None
    if not isinstance(value, dict):
        return None
    if among_vars or folder in ("defaults", "vars"):
        return Book(path, "vars", document)
    if is_play(value) and "hosts" in value and "tasks" in value:
        return None
    hosts = hosts_of_yaml(path, document)
    return Book(path, "hosts", document, hosts) if hosts is not None else None


class Variables:
    """The variables of a repository's Ansible files."""

    def __init__(self, books: Sequence[Book]) -> None:
        self._books = [one for one in books if one.document is not None]
        self._known: dict[tuple[str, str], dict[str, Any]] = {}
        self._vars = [one for one in self._books if one.kind == "vars"]
        self._calls: dict[str, list[tuple[Mapping[str, Any], ...]]] = {}
        self._files = {one.path: one for one in self._books}
        of_all = {
            given.name: given.value
            for one in books
            if one.hosts is not None
            for given in one.hosts.given
            if given.owner == "all"
        }
        self.everywhere = {**of_all, **self._merged("group_vars", "all")}
        self._included: dict[str, list[tuple[Book, Play]]] = {}
        for one in self._books:
            if one.kind == "plays" and one.document is not None:
                for play in plays(one.document):
                    for path in _included(one, play):
                        self._included.setdefault(path, []).append((one, play))
                    own = play.value.get("vars")
                    for name, given in play.roles:
                        layers = (given, own if isinstance(own, dict) else {})
                        self._calls.setdefault(name.rpartition("/")[2], []).append(layers)

    def _merged(self, folder: str, name: str) -> dict[str, Any]:
        """The variables of a group or host; of several inventories one value among several."""
        if (folder, name) not in self._known:
            self._known[folder, name] = self._gathered(folder, name)
        return self._known[folder, name]

    def _gathered(self, folder: str, name: str) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for one in self._vars:
            if one.document is None:
                continue
            parts = PurePosixPath(one.path).parts
            if folder not in parts[:-1]:
                continue
            below = parts[len(parts) - 1 - parts[::-1].index(folder) + 1 :]
            if PurePosixPath(below[0]).stem == name and isinstance(one.document.value, dict):
                for key, value in one.document.value.items():
                    found.setdefault(key, []).append(value)
        return {key: _one_of(values, key) for key, values in found.items()}

    def of_play(self, book_: Book, pattern: str, value: Mapping[str, Any]) -> Scope:
        """The variables around a play."""
        groups = [one for one in re.split(r"[:,&!\s]+", pattern) if one and one != "all"]
        inner = [self._merged("host_vars", one) for one in groups]
        inner += [self._merged("group_vars", one) for one in groups]
        files = value.get("vars_files")
        named = [self._file(book_, one) for one in (files if isinstance(files, list) else [files])]
        return Scope().inner(*(one for one in named if one), *inner, self.everywhere)

    def _file(self, book_: Book, name: object) -> dict[str, Any] | None:
        if not isinstance(name, str):
            return None
        path = str(PurePosixPath(PurePosixPath(book_.path).parent / name))
        found = self._files.get(path)
        value = found.document.value if found and found.document else None
        return value if isinstance(value, dict) else None

    def of_tasks(self, book_: Book) -> Scope:
        """The variables around a file of tasks: its role's, or those of the one play it is for."""
        if book_.role:
            return self.of_role(book_.role)
        plays_ = self._included.get(book_.path, [])
        if len(plays_) != 1:
            return Scope().inner(self.everywhere)
        ((one, play),) = plays_
        return self.of_play(one, play.hosts, play.value).inner(play.value.get("vars"))

    def of_role(self, folder: str) -> Scope:
        """The variables around the tasks of a role; its callers' where they agree."""
        own = self._of_folder(folder, "vars")
        calls = self._calls.get(folder.rpartition("/")[2], [])
        given: dict[str, list[Any]] = {}
        for layers in calls:
            merged = {key: value for layer in reversed(layers) for key, value in layer.items()}
            for key, value in merged.items():
                given.setdefault(key, []).append(value)
        called = {key: _one_of(values, key) for key, values in given.items()}
        return Scope().inner(own, called, self.everywhere, self._of_folder(folder, "defaults"))

    def _of_folder(self, folder: str, part: str) -> dict[str, Any]:
        if (folder, part) not in self._known:
            found: dict[str, Any] = {}
            for one in self._vars:
                value = one.document.value if one.document else None
                if one.role == folder and one.folder == part and isinstance(value, dict):
                    found |= value
            self._known[folder, part] = found
        return self._known[folder, part]


def _included(book_: Book, play: Play) -> Iterator[str]:
    """The files of tasks a play takes in by a written name."""
    for task in play_tasks(play, Scope()):
        if canonical(task.module) in ("include_tasks", "import_tasks", "include"):
            name = task.arguments.get("file") or task.free
            words = name.split() if isinstance(name, str) and "{" not in name else []
            if words:
                yield normpath(f"{PurePosixPath(book_.path).parent}/{words[0]}")


def _one_of(values: list[Any], name: str) -> Any:  # noqa: ANN401
    if any(isinstance(value, dict | list) for value in values):
        same = all(value == values[0] for value in values)
        return values[0] if same else unresolved(f"{name} has several values")
    return either(values, f"{name} has several values")
