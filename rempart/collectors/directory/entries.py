"""Entries of a directory as its readers take them, whether a server or a file brought them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

NEVER: Final = -(1 << 63)  # Active Directory's way to write "never"


@dataclass(frozen=True, slots=True)
class Entry:
    """A distinguished name and its values, attribute names in lower case."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    line: int | None = None

    def text(self, name: str) -> str:
        """The first value as text; empty without one."""
        return next(iter(self.texts(name)), "")

    def texts(self, name: str) -> tuple[str, ...]:
        """All values as text."""
        return tuple(one.decode("utf-8", "replace") for one in self.values.get(name, ()))

    def number(self, name: str) -> int | None:
        """The first value as a whole number; None without one, or where it is none."""
        text = self.text(name).strip()
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else None

    def true(self, name: str) -> bool:
        """Whether a flag is set."""
        return self.text(name).strip().upper() == "TRUE"

    def is_a(self, *classes: str) -> bool:
        """Whether it belongs to one of these classes, written in lower case."""
        return any(one.lower() in classes for one in self.texts("objectclass"))


class Directory(Protocol):
    """Where entries come from."""

    @property
    def root(self) -> Entry:
        """What the server says of itself; an entry without values where no server was asked."""

    @property
    def source(self) -> str:
        """Who answers, for a person."""

    @property
    def offline(self) -> bool:
        """Whether it is a file: what is not in it may still be in the directory."""

    def entries(
        self, base: str, classes: Sequence[str], attributes: Sequence[str], filter_: str = ""
    ) -> Iterator[Entry]:
        """Entries of these classes (of any without) below a name; a server looks with the filter.

        Raises CollectError after what came until then.
        """


def folded(dn: str) -> str:
    """A distinguished name as it is compared: lower case, no blanks around commas and signs."""
    parts = (part.strip() for part in dn.lower().split(","))
    return ",".join("=".join(piece.strip() for piece in part.split("=", 1)) for part in parts)


def below(dn: str, base: str) -> bool:
    """Whether a name is the base or lies under it."""
    name, top = folded(dn), folded(base)
    return not top or name == top or name.endswith(f",{top}")


def short(dn: str) -> str:
    """The first part of a distinguished name without its attribute: what people call it."""
    return dn.split(",", 1)[0].partition("=")[2] or dn


def chosen(classes: Sequence[str], filter_: str = "") -> str:
    """The LDAP filter of these classes, and of a filter of one's own."""
    any_of = "".join(f"(objectClass={one})" for one in classes) or "(objectClass=*)"
    ours = f"(|{any_of})" if len(classes) > 1 else any_of
    return f"(&{ours}{filter_})" if filter_ else ours


def ticks(value: int | None) -> int | None:
    """Seconds of Active Directory's negative hundred-nanosecond spans; None for never."""
    if value is None or value in (0, NEVER):
        return None
    return abs(value) // 10_000_000


def first(entries: Iterable[Entry]) -> Entry | None:
    """The first of them, if there is one."""
    return next(iter(entries), None)
