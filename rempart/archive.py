"""Observations on disk: judge again with newer checks, without touching the payer.

`x.observations.json`, schema `rempart.observations/1`: who was audited under which authority, and
for each subject what was seen and what could not be seen.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from rempart.check import Gap, Observation
from rempart.declared import vocabulary
from rempart.errors import ContentError
from rempart.results import (
    AuthorisationRecord,
    StatementRecord,
    SubjectRecord,
    write_private,
)

SCHEMA = "rempart.observations/1"


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One observation under its type's name; the type `Gap` stands for what was not seen."""

    type: str
    value: msgspec.Raw


class Looked(msgspec.Struct, frozen=True):
    """What looking at one subject brought, and how many connections it took."""

    found: tuple[Observation | Gap, ...]
    connections: int = 0


class Tie(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What ties a subject to others: where it lies, what it copies and declares. No address.

    `path` is where its data lie on the host `on`, or here: a folder, empty where nobody says.
    `population` is who signs in there, `environment` what it is for: production, test ...
    """

    id: str
    kind: str
    on: str = ""
    of: tuple[str, ...] = ()
    path: str = ""
    declares: dict[str, tuple[str, ...]] = {}
    population: str = ""
    environment: str = ""


class Context(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who was audited, under which authority: what a run needs beside observations."""

    organisation: str
    language: str
    authorisation: AuthorisationRecord
    subjects: tuple[SubjectRecord, ...]
    populations: dict[str, int]
    statements: tuple[StatementRecord, ...]
    started: datetime
    inventory: str  # digest of the inventory file
    ties: tuple[Tie, ...] = ()


class _Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    connections: int
    found: tuple[_Kept, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    context: Context
    subjects: dict[str, _Subject]
    schema: Literal["rempart.observations/1"] = "rempart.observations/1"


def encoded(found: Iterable[Observation | Gap]) -> bytes:
    """Observations and gaps of one subject as JSON."""
    return msgspec.json.encode(_kept(found), order="sorted")


def decoded(raw: bytes) -> tuple[Observation | Gap, ...]:
    """What `encoded` wrote; raises ContentError for a type nobody knows."""
    return tuple(map(_restored, msgspec.json.decode(raw, type=tuple[_Kept, ...])))


def save(context: Context, looked: Mapping[str, Looked], path: Path) -> None:
    """Write the observations of a whole audit, readable by the owner alone."""
    subjects = {id_: _Subject(one.connections, _kept(one.found)) for id_, one in looked.items()}
    raw = msgspec.json.encode(_File(context, subjects), order="sorted")
    write_private(path, msgspec.json.format(raw, indent=1) + b"\n")


def load(path: Path) -> tuple[Context, dict[str, Looked]]:
    """The context and the observations in a file; raises ContentError where it is none."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
        looked = {
            id_: Looked(tuple(map(_restored, one.found)), one.connections)
            for id_, one in file.subjects.items()
        }
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", file=path) from None
    except (msgspec.MsgspecError, ContentError) as error:
        raise ContentError(f"expected observations ({SCHEMA}), found: {error}", file=path) from None
    return file.context, looked


def _kept(found: Iterable[Observation | Gap]) -> tuple[_Kept, ...]:
    return tuple(
        _Kept(type(item).__name__, msgspec.Raw(msgspec.json.encode(item, order="sorted")))
        for item in found
    )


def _restored(kept: _Kept) -> Observation | Gap:
    kind: Any = Gap if kept.type == "Gap" else vocabulary().get(kept.type)
    if kind is None:
        raise ContentError(f"expected a type of observation, found {kept.type}")
    item: Observation | Gap = msgspec.json.decode(kept.value, type=kind)
    return item
