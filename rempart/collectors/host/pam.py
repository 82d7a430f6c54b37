"""PAM stacks as PAM builds them: one service, one type, includes and substacks in their places.

Source: pam.d(5) and libpam of Linux-PAM 1.5, with Debian's `@include`. What was not seen stops the
reading: nobody knows what a missing file would have said.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from rempart.check import Evidence
from rempart.collectors.host.lines import Files, Line
from rempart.errors import Privilege, Unresolved

FOLDER = "/etc/pam.d/"
FOLDERS = (FOLDER, "/usr/etc/pam.d/", "/usr/lib/pam.d/")  # a vendor's own services stand last
MOST = 200  # files of one stack: includes that include each other come to an end
DEEPEST = 30  # files that include one another
LONGEST = 500  # modules of one stack
KINDS = frozenset({"auth", "account", "password", "session"})
_LINE = re.compile(r"(\S+)\s+(\[[^\]]*\]|\S+)\s*(\S*)\s*(.*)")
_ARGUMENT = re.compile(r"\[((?:\\\]|[^\]])*)\]|(\S+)")
_SECRET = re.compile(r"pass|pw$|secret|token|key", re.IGNORECASE)
SUBSTACK: Final = "substack"


@dataclass(frozen=True, slots=True)
class Module:
    """One line of a stack: its control, its arguments, and where it stands.

    `level` counts the substacks around it. A `substack` line itself is kept, for jumps count it as
    one; it runs nothing. A line PAM cannot read has no name: it refuses. `missing`: the module is
    not installed, and PAM answers for it.
    """

    control: str
    name: str
    arguments: tuple[str, ...]
    place: Evidence
    level: int = 0
    missing: bool = False

    @property
    def options(self) -> dict[str, str]:
        """Arguments by name; one without a value has an empty one."""
        return dict(argument.partition("=")[::2] for argument in self.arguments)

    @property
    def silent(self) -> bool:
        """Whether nothing runs here."""
        return self.control == SUBSTACK

    def __str__(self) -> str:
        return " ".join((self.control, self.name, *map(_shown, self.arguments)))


Stack: TypeAlias = tuple[Module, ...]


def stack(found: Files, service: str, kind: str) -> Stack:
    """The modules of a service, in order; those of `other` where it has none of this type.

    Raises Privilege or Unresolved where a file of it was not seen.
    """
    file = file_of(found, service)
    modules = tuple(_Reading(found, kind).modules(file)) if file else ()
    if not any(not module.silent for module in modules):
        modules = tuple(_Reading(found, kind).modules(_path(found, "other")))
    return modules


def file_of(found: Files, service: str) -> str:
    """The file of a service, the administrator's before the vendor's; empty where there is none."""
    files = (f"{folder}{service.lower()}" for folder in FOLDERS)
    return next((file for file in files if file in found.lines or file in found.unreadable), "")


def place_of(found: Files, service: str) -> Evidence:
    """Where a service is written, or would be."""
    return Evidence(file_of(found, service) or file_of(found, "other") or FOLDER + service)


@dataclass(slots=True)
class _Reading:
    found: Files
    kind: str
    opened: int = 0
    told: int = 0

    def modules(self, file: str, level: int = 0, depth: int = 0) -> Iterator[Module]:
        hidden = self.found.hides(file)
        if hidden:
            raise Privilege(f"{hidden} may not be read")
        if file not in self.found.lines:
            raise Unresolved(f"{file} was not seen")
        self.opened += 1
        if self.opened > MOST or depth > DEEPEST:
            raise Unresolved(f"{file} includes more than {MOST} files, or itself")
        for line in _joined(self.found.lines[file]):
            words = line.text.split(None, 1)
            if words[0] == "@include" and len(words) > 1:
                yield from self.modules(_path(self.found, words[1]), level, depth + 1)
            else:
                yield from self._line(line, level, depth)

    def _line(self, line: Line, level: int, depth: int) -> Iterator[Module]:
        place = Evidence(line.file, line.number)
        match = _LINE.match(line.text)
        kind = (match[1] if match else line.text).removeprefix("-").lower()
        if kind not in KINDS:
            kind, match = "auth", None  # "most sensitive", says libpam, and makes it refuse
        if kind != self.kind:
            return
        self.told += 1
        if self.told > LONGEST:
            raise Unresolved(f"{line.file}: a stack of more than {LONGEST} modules")
        if match is None or not match[3]:
            yield Module("required", "", (), place, level)
            return
        control = match[2].lower() if not match[2].startswith("[") else match[2]
        if control in ("include", SUBSTACK):
            deeper = level + (control == SUBSTACK)
            if deeper > level:
                yield Module(SUBSTACK, match[3], (), place, level)
            yield from self.modules(_path(self.found, match[3]), deeper, depth + 1)
        else:
            name, known = match[3].rsplit("/", 1)[-1], self.found.modules
            missing = bool(known) and "/" not in match[3] and name not in known
            yield Module(control, name, _arguments(match[4]), place, level, missing)


def _shown(argument: str) -> str:
    """An argument as evidence shows it: some modules are told the password of a database."""
    name, mark, _ = argument.partition("=")
    return f"{name}=..." if mark and _SECRET.search(name) else argument


def assignments(found: Files, file: str) -> dict[str, str]:
    """`name = value` or `name value` lines of a file; a bare name has an empty value."""
    settings = {}
    for line in found.lines.get(file, ()):
        text = line.text.partition("#")[0].strip()
        name, _, value = text.partition("=") if "=" in text else text.partition(" ")
        words = name.split(None, 1)
        if words:
            settings[words[0]] = " ".join([*words[1:], value]).strip()
    return settings


def placed(found: Files, file: str, name: str) -> Evidence:
    """The last line of a file that sets a name, or the file where none does."""
    for line in reversed(found.lines.get(file, ())):
        if re.match(rf"\s*{re.escape(name)}\b", line.text):
            return Evidence(line.file, line.number)
    return Evidence(file)


def readable(found: Files, file: str) -> None:
    """Raise Privilege where a settings file could not be read, Unresolved where it was not given.

    A file that is not there on a host seen whole leaves the program's own defaults.
    """
    hidden = found.hides(file)
    if hidden:
        raise Privilege(f"{hidden} may not be read")
    if found.partial and file not in found.lines:
        raise Unresolved(f"{file}: not handed over")


def number(settings: Mapping[str, str], name: str, default: int | None = None) -> int:
    """A whole number among settings; raises Unresolved for anything else."""
    text = settings.get(name)
    if text is None and default is not None:
        return default
    digits = (text or "").removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise Unresolved(f"{name} {(text or 'is missing')[:40]}")
    return int(text or 0)


def _joined(lines: list[Line]) -> Iterator[Line]:
    """Lines without comments, continued ones joined; one ends where its first comment starts."""
    held: list[str] = []
    first: Line | None = None
    for line in lines:
        text, mark, _ = line.text.partition("#")
        text = text.strip()
        continued = text.endswith("\\") and not mark
        first = first or line
        held.append(text.removesuffix("\\") if continued else text)
        if continued:
            continue
        yield from _one(first, held)
        first, held = None, []
    if first is not None:
        yield from _one(first, held)


def _one(first: Line, parts: list[str]) -> Iterator[Line]:
    whole = " ".join(parts).strip()
    if whole:
        yield Line(first.file, first.number, whole)


def _arguments(text: str) -> tuple[str, ...]:
    return tuple(match[1] or match[2] or "" for match in _ARGUMENT.finditer(text))


def _path(found: Files, name: str) -> str:
    return name if name.startswith("/") else file_of(found, name) or FOLDER + name
