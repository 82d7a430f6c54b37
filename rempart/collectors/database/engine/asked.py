"""A server's settings, asked once, and the places it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from rempart.check import Seen, Unknown
from rempart.collectors.text import clean
from rempart.errors import CollectError, Reason, Truncated

MOST: Final = 10_000  # tables that are told apart
HIDDEN: Final = Unknown(Reason.PRIVILEGE, "the account may not read this setting")
_ON: Final = {"on": True, "1": True, "yes": True, "y": True, "t": True, "true": True}
_OFF: Final = {"off": False, "0": False, "no": False, "n": False, "f": False, "false": False}
SWITCH: Final[Mapping[str, bool]] = {**_ON, **_OFF, "force": True}


@dataclass(frozen=True, slots=True)
class Asked:
    """A session and what its server said of itself. `settings` are by name in lower case."""

    session: Any
    product: str
    version: str
    settings: Mapping[str, str]

    def rows(self, statement: str) -> list[tuple[str | None, ...]]:
        """The rows of a statement. Raises CollectError."""
        found: list[tuple[str | None, ...]] = self.session.ask(statement)
        return found

    def one(self, statement: str) -> str:
        """The value a statement returns. Raises CollectError."""
        rows = self.rows(statement)
        if len(rows) != 1 or not rows[0]:
            raise Truncated("the server's answer does not fit the question")
        return rows[0][0] or ""

    def count(self, statement: str) -> Seen[int]:
        """The number a statement returns, or why it does not."""
        try:
            return int(self.one(statement) or 0)
        except CollectError as error:
            return why(error)

    def value(self, name: str) -> Seen[str]:
        """A setting as the server spells it."""
        return self.settings.get(name, HIDDEN)

    def on(self, name: str) -> Seen[bool]:
        """Whether a switch is on; FORCE is."""
        value = self.settings.get(name)
        if value is None:
            return HIDDEN
        found = SWITCH.get(value.lower())
        return Unknown(Reason.UNRESOLVED, f"{name} = {value}") if found is None else found

    def number(self, name: str) -> Seen[int | None]:
        """A setting that counts."""
        value = self.settings.get(name)
        if value is None:
            return HIDDEN
        return int(value) if value.lstrip("-").isdigit() else None

    def told(self, *names: str) -> str:
        """These settings as a person would write them."""
        return ", ".join(f"{name} = {self.settings.get(name, '?') or 'none'}" for name in names)

    def folder(self, name: str, *, file: bool = False) -> Seen[str]:
        """The folder a setting names; with `file`, the one its file lies in."""
        value = self.settings.get(name)
        base = self.settings.get("datadir", self.settings.get("data_directory", ""))
        if value is None:
            return HIDDEN
        path = PurePosixPath(base) / value if base else PurePosixPath(value)
        if not path.is_absolute():
            return Unknown(Reason.PRIVILEGE, "the data directory is not told")
        return clean(str(path.parent if file else path), 200)

    def below(self, path: str) -> bool:
        """Whether a file lies under the data directory."""
        base = PurePosixPath(self.settings.get("datadir") or "/nowhere")
        return (base / path).is_relative_to(base)


def why(error: CollectError) -> Unknown:
    """What stands for an answer that a server did not give."""
    return Unknown(error.reason, str(error))


def shown(rows: Sequence[tuple[str | None, ...]]) -> Mapping[str, str]:
    """Settings fit to be shown, by name: a server may answer anything."""
    return {name or "": clean(value or "", 200) for name, value in rows}


def named(*parts: str | None) -> str:
    """A qualified name, fit to be shown."""
    return ".".join(clean(part or "", 100) for part in parts)


def bounded(rows: Sequence[Any], what: str) -> tuple[Sequence[Any], str]:
    """The rows that are looked at, and what is said where there are more."""
    if len(rows) <= MOST:
        return rows, ""
    return rows[:MOST], f"more than {MOST} {what}; the others were not looked at"
