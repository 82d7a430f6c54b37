"""Files a person saved from an API: one, or a folder of them, read without being believed."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rempart.check import Gap
from rempart.collectors.text import clean
from rempart.collectors.tree import Found, opened, regular_files
from rempart.errors import CollectError, Limited, Truncated, Unreachable
from rempart.observations.passwords import PasswordPolicy

MOST: Final = 16 << 20  # bytes of one answer
FILES: Final = 500


@dataclass(frozen=True, slots=True)
class Saved:
    """One file's JSON, or why it could not be read."""

    name: str
    value: Any = None
    error: CollectError | None = None

    def stamp(self, key: str) -> dict[str, Any]:
        """The fields of an observation that say which thing it is about and where it stands."""
        return {"key": clean(key, 300), "source": self.name}


def content(path: Path, most: int) -> bytes:
    """The bytes of one regular file. Raises Unreachable, Privilege or Limited."""
    if not os.path.lexists(path):
        raise Unreachable(f"{clean(path.name)}: no such file")
    return _bytes(path.parent, os.fsencode(path.name), clean(path.name), most)


def answers(path: Path) -> Iterator[Saved]:
    """The JSON files below a folder in the order of their names, or the one file it is.

    Raises Unreachable where there is nothing.
    """
    for folder, raw, name in files(path, ".json"):
        try:
            text = _bytes(folder, raw, name, MOST).decode("utf-8-sig")
            yield Saved(name, json.loads(text))
        except CollectError as error:
            yield Saved(name, error=error)
        except (ValueError, RecursionError):
            yield Saved(name, error=Truncated(f"{name}: no JSON"))


def sorted_out(path: Path) -> tuple[list[Saved], list[Gap]]:
    """The answers that could be read, and a gap for each that could not."""
    read = list(answers(path))
    gaps = [
        Gap(PasswordPolicy.__name__, one.error.reason, str(one.error), source=one.name)
        for one in read
        if one.error is not None
    ]
    return [one for one in read if one.error is None], gaps


def files(path: Path, *suffixes: str) -> list[tuple[Path, bytes, str]]:
    """Folder, name and shown name of the files of these kinds. Raises Unreachable without one."""
    if not path.is_dir():
        if not path.exists():
            raise Unreachable(f"{clean(path.name)}: no such file")
        return [(path.parent, os.fsencode(path.name), clean(path.name))]
    items = (item for item in regular_files(path) if isinstance(item, Found))
    found = [(path, item.raw, item.path) for item in items if item.name.lower().endswith(suffixes)]
    if not found:
        raise Unreachable(f"{clean(path.name)}: no {' or '.join(suffixes)} file in it")
    return sorted(found)[:FILES]


def _bytes(folder: Path, raw: bytes, name: str, most: int) -> bytes:
    with os.fdopen(opened(folder, raw), "rb") as file:
        read = file.read(most + 1)
    if len(read) > most:
        raise Limited(f"{name}: more than {most >> 20} MB")
    return read


def words(value: Any) -> tuple[str, ...]:  # noqa: ANN401  (JSON)
    """The texts of a list; nothing for anything else."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def listed(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401  (JSON)
    """The objects of an answer: a list, `{"value": [...]}`, or the one object it is."""
    if isinstance(value, dict) and isinstance(value.get("value"), list):
        value = value["value"]
    several = value if isinstance(value, list) else [value]
    return [one for one in several if isinstance(one, dict)]


def part(value: Any, *names: str) -> Any:  # noqa: ANN401  (JSON)
    """What stands under these names, None where one is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def whole(value: Any, absent: int = 0) -> int:  # noqa: ANN401  (JSON)
    """A whole number, also written as text; `absent` for anything else."""
    if isinstance(value, bool):
        return absent
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and abs(value) < 10**9 else absent
