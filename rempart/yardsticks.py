"""Dated thresholds of authorities, read from `audits/yardsticks/`; one file an authority."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar, get_type_hints

import msgspec

from rempart import documents
from rempart.check import Yardstick
from rempart.documents.kept import kept
from rempart.errors import ContentError, ContentErrors, UsageError
from rempart.judge import yardsticks as topics
from rempart.titles import Titles

Y = TypeVar("Y", bound=Yardstick)
State = Literal["verified", "verified_secondary", "partial", "recalled"]


@dataclasses.dataclass(frozen=True, slots=True)
class Authority:
    """One authority: its names, and its entries by topic in the order of their dates."""

    id: str
    name: Titles
    entries: Mapping[str, tuple[Yardstick, ...]]
    file: Path


@dataclasses.dataclass(frozen=True, slots=True)
class Yardsticks:
    """The authorities of all layers."""

    authorities: Mapping[str, Authority]

    @classmethod
    def load(cls, folders: Iterable[Path]) -> "Yardsticks":
        """Every `*.yaml` of the folders; a later layer replaces an authority only if it says so.

        Raises ContentErrors with file and line for all that is wrong in all of them.
        """
        found: dict[str, Authority] = {}
        errors: list[ContentError] = []
        for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
            try:
                authority, replaces = _read(path)
                if authority.id in found and not replaces:
                    raise _taken(authority.id, found[authority.id].file, path)
            except ContentErrors as several:
                errors += several.errors
            except ContentError as error:
                errors.append(error)
            else:
                found[authority.id] = authority
        if errors:
            raise ContentErrors(errors)
        return cls(found)

    def entry(self, authority: str, topic: type[Y], at: datetime | date) -> Y | None:
        """The entry in force at that moment; None when the authority does not speak on the topic.

        Raises UsageError for an authority no file describes.
        """
        if authority not in self.authorities:
            known = ", ".join(sorted(self.authorities))
            raise UsageError(f"expected an authority ({known}), found {authority!r}")
        day = at.date() if isinstance(at, datetime) else at
        for entry in reversed(self.authorities[authority].entries.get(topic.topic, ())):
            if (entry.since or date.min) <= day <= (entry.until or date.max):
                return entry if isinstance(entry, topic) else None
        return None


def topic_types() -> Mapping[str, type[Yardstick]]:
    """Every topic by its name in the files."""
    kinds = [kind for kind in vars(topics).values() if isinstance(kind, type)]
    return {kind.topic: kind for kind in kinds if issubclass(kind, Yardstick) and kind.topic}


@cache
def _file_type() -> type[msgspec.Struct]:
    """The strict shape of an authority's file: one list of dated entries for each topic."""
    fields: list[Any] = [
        ("schema", Literal["rempart.yardstick/1"]),
        ("id", str),
        ("name", Titles),
        ("replaces", bool, False),
    ]
    fields += [
        (name, tuple[_entry_type(kind), ...], ())  # type: ignore[misc]
        for name, kind in topic_types().items()
    ]
    return msgspec.defstruct("AuthorityFile", fields, frozen=True, forbid_unknown_fields=True)


def _entry_type(kind: type[Yardstick]) -> type[msgspec.Struct]:
    """The strict shape of one entry of a topic, where `since` is written `from`."""
    hints = get_type_hints(kind) | {"state": State}
    fields = [
        (field.name, hints[field.name], field.default)
        for field in dataclasses.fields(kind)
        if field.name != "authority"
    ]
    return msgspec.defstruct(
        kind.__name__, fields, rename={"since": "from"}, frozen=True, forbid_unknown_fields=True
    )


def _read(path: Path) -> tuple[Authority, bool]:
    """The authority of one file, and whether it replaces one of an earlier layer."""
    document = kept(path)
    content: Any = documents.decode(document, _file_type())
    if content.id != path.stem:
        raise document.error(("id",), f"expected the file's name, found {content.id!r}")
    entries = {
        name: _dated([kind(authority=content.id, **_values(row)) for row in rows], name, document)
        for name, kind in topic_types().items()
        if (rows := getattr(content, name))
    }
    return Authority(content.id, content.name, entries, path), content.replaces


def _values(row: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _dated(
    entries: Sequence[Yardstick], topic: str, document: documents.Document
) -> tuple[Yardstick, ...]:
    """The entries, if they follow each other without overlap; else a ContentError at the line."""
    for index, (earlier, later) in enumerate(pairwise(entries), start=1):
        if earlier.until is None or later.since is None or later.since <= earlier.until:
            raise document.error(
                (topic, index),
                "expected an entry that begins after the one before has ended "
                f"({earlier.until or 'no end'}), found {later.since or 'no beginning'}",
            )
    return tuple(entries)


def _taken(name: str, before: Path, path: Path) -> ContentError:
    return ContentError(
        f"expected a new authority, found {name!r}, which {before} describes; "
        "write `replaces: true` to replace it",
        file=path,
    )
