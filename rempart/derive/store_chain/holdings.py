"""What the columns of a store hold: classes and counts, and the profile the breaches of 2024 took.

A column is judged as the checks judge it: far more valid values than chance gives.
"""

import re
from collections.abc import Iterable

from rempart.check import Seen
from rempart.derive import Estate
from rempart.derive.store_chain.places import of, why
from rempart.judge.identifiers import personal, proven
from rempart.observations.columns import TableContent
from rempart.observations.datastores import Holding, IdentifierColumn
from rempart.observations.identifiers.catalogue import BY_NAME

_INSURER = re.compile(
    r"assureur|insurer|organisme|mutuelle|(?<![a-z])amc(?![a-z])|caisse|kasse|versicherer", re.I
)


def identifiers(estate: Estate, id_: str) -> Seen[tuple[str, ...]]:
    """The classes of people's identifiers a store proved to hold."""
    if not of(estate, id_, IdentifierColumn):
        return why(estate, id_, IdentifierColumn)
    return tuple(sorted({one.identifier for one in personal(of(estate, id_, IdentifierColumn))}))


def holdings(estate: Estate, id_: str) -> tuple[Holding, ...]:
    """The classes with their counts, people's own first."""
    found: dict[str, list[IdentifierColumn]] = {}
    for one in of(estate, id_, IdentifierColumn):
        if one.identifier in BY_NAME and _proven(one):
            found.setdefault(one.identifier, []).append(one)
    order = {name: place for place, name in enumerate(BY_NAME)}
    return tuple(
        Holding(
            name,
            len({one.key for one in columns}),
            sum(one.valid for one in columns),
            sum(one.sampled for one in columns),
        )
        for name, columns in sorted(found.items(), key=lambda item: order[item[0]])
    )


def profile(estate: Estate, id_: str) -> tuple[str, ...]:
    """The tables that hold person, date of birth and insurer together."""
    seen = of(estate, id_, TableContent)
    if seen:
        whole = (one.key for one in seen if one.identities and one.births and one.insurers)
        return tuple(sorted(whole))
    tables: dict[str, list[IdentifierColumn]] = {}
    for one in of(estate, id_, IdentifierColumn):
        tables.setdefault(one.key.rpartition(".")[0], []).append(one)
    return tuple(sorted(name for name, columns in tables.items() if _taken(columns)))


def _taken(columns: Iterable[IdentifierColumn]) -> bool:
    kinds = {one.identifier for one in columns if _proven(one)}
    insurer = any(_INSURER.search(one.key.rpartition(".")[2]) for one in columns)
    return bool(kinds & {"nir", "nir13", "kvnr", "niss", "ahv"}) and "birth" in kinds and insurer


def _proven(column: IdentifierColumn) -> bool:
    return proven(column.identifier, column.candidates, column.valid)
