"""What the columns of a table hold, counted by the server: one statement a table for clear values.

Each class of identifier is one sum. What is encoded, or stands inside longer text, is asked for
where a column's values look so.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any, Final

from rempart.collectors.database.discovery import keys
from rempart.collectors.database.discovery.dialects import READ
from rempart.collectors.database.discovery.samples import Sample
from rempart.collectors.database.discovery.schema import Field
from rempart.collectors.values import chosen
from rempart.errors import CollectError, Refused, Truncated
from rempart.observations.datastores import IdentifierCount
from rempart.observations.identifiers.catalogue import CATALOGUE, Identifier

BATCH: Final = 20  # columns in one statement
GARBLED: Final = "the server's answer does not fit the question"
NUMERIC: Final = frozenset(
    {"nir", "nir13", "idnr", "ssn", "nhs", "niss", "ahv", "rpps", "adeli", "npi", "finess", "ik",
     "siret", "siren", "birth"}
)  # fmt: skip
ENOUGH: Final = 5  # values of a form that are worth another question
_HASHES: Final = "(32, 40, 56, 64, 96, 128)"  # hex digits of MD5, SHA-1 and the SHA-2 and 3 sizes
# What a column's values look like: SQL over its text `r`, its compact text `x`, its letters `k`.
FORMS: Final = {
    "cut": f"length({{r}}) >= {READ - 1}",
    "long": "octet_length({r}) > 15 AND {k} IS NULL",
    "longhex": "{k} = 'h' AND octet_length({r}) > 82",
    "longbase64": "{k} = 'b' AND octet_length({r}) > 46",
    "spaced": "octet_length({r}) > octet_length({x}) OR {r} <> {x}",
    "hex": "{k} = 'h' AND octet_length({r}) BETWEEN 26 AND 82",
    "base64": "{k} = 'b' AND octet_length({r}) <= 46",
    "url": "octet_length({r}) > 12 AND replace({r}, '%', '') <> {r}",
    "hash": f"{{k}} = 'h' AND octet_length({{r}}) IN {_HASHES}",
    "spelt": "{k} IS NOT NULL",
    "armoured": "{r} LIKE '-----BEGIN PGP%'",
    "vault": "{r} LIKE 'vault:v%'",
    "jwe": "{r} LIKE 'eyJ%.%.%.%.%'",
}


@dataclasses.dataclass(slots=True)
class Counted:
    """A column: values that are not empty, how many have a form, candidates of each class."""

    field: Field
    sampled: int = 0
    forms: dict[str, int] = dataclasses.field(default_factory=dict)
    found: list[IdentifierCount] = dataclasses.field(default_factory=list)
    chosen: str = ""  # how its rows were, where not as the sample's
    ended: CollectError | None = None  # why not all of it was counted
    mode: str = "counts"  # who looked: the server, its statistics, or the auditor at a sample

    @property
    def forms_to_look_at(self) -> bool:
        """Whether something may stand in it that clear values do not show."""
        return any(self.forms.get(form, 0) >= ENOUGH for form in ("long", "spelt", "url"))

    def add(self, name: str, encoding: str, candidates: int, valid: int, test: int = 0) -> None:
        """Keep what was counted of one class, where there is a candidate."""
        if candidates:
            shown = self.field.shown
            self.found.append(
                IdentifierCount(shown, name, encoding, self.sampled, candidates, valid, test)
            )

    def counts(self) -> tuple[IdentifierCount, ...]:
        """One count for each class that is proven, else for the likeliest, else an empty one."""
        return chosen(self.field.shown, self.found, self.sampled)


def clear(session: Any, sample: Sample, seconds: float) -> tuple[int, list[Counted]]:  # noqa: ANN401
    """How many rows the sample has, and every readable column with what its values are.

    Raises CollectError.
    """
    fields, rows = sample.table.readable, 0
    columns: list[Counted] = []
    for start in range(0, len(fields), BATCH):
        read, some = _apart(session, sample, fields[start : start + BATCH], seconds)
        rows, columns = max(rows, read), [*columns, *some]
    return rows, columns


def _apart(
    session: Any,  # noqa: ANN401
    sample: Sample,
    fields: tuple[Field, ...],
    seconds: float,
) -> tuple[int, list[Counted]]:
    """Some columns; where the server refuses them, each half by itself, down to the one it is."""
    try:
        return _clear(session, sample, fields, seconds)
    except Refused as error:
        if len(fields) == 1:
            return 0, [Counted(fields[0], ended=error)]
    middle = len(fields) // 2
    first, columns = _apart(session, sample, fields[:middle], seconds)
    second, others = _apart(session, sample, fields[middle:], seconds)
    return max(first, second), [*columns, *others]


def _clear(
    session: Any,  # noqa: ANN401
    sample: Sample,
    fields: tuple[Field, ...],
    seconds: float,
) -> tuple[int, list[Counted]]:
    asked, columns = [tuple(classes(one)) for one in fields], ["count(*)"]
    for at, (one, possible) in enumerate(zip(fields, asked, strict=True)):
        columns += _about(one, at)
        columns += [keys.counted(sample.dialect, each.name, f"x{at}") for each in possible]
    row = one_row(session, sample.compacted(fields, ", ".join(columns)), len(columns), seconds)
    values, found = iter(row[1:]), []
    for one, possible in zip(fields, asked, strict=True):
        sampled, test = int(next(values) or 0), int(next(values) or 0)
        counted = Counted(one, sampled, _forms(one, values))
        for each in possible:
            candidates, valid = keys.parted(next(values))
            counted.add(each.name, "clear", candidates, valid, test if each.name == "nir" else 0)
        found.append(counted)
    return int(row[0] or 0), found


def one_row(
    session: Any,  # noqa: ANN401
    statement: str,
    width: int,
    seconds: float,
) -> tuple[str | None, ...]:
    """The one row of so many figures that answers a statement. Raises CollectError."""
    rows = session.ask(statement, seconds=seconds)
    if len(rows) != 1 or len(rows[0]) != width:
        raise Truncated(GARBLED)
    found: tuple[str | None, ...] = rows[0]
    return found


def _about(one: Field, at: int) -> Iterator[str]:
    yield f"count(r{at})"
    yield keys.tests(f"x{at}")
    if one.worded:
        for form in FORMS.values():
            shaped = form.format(r=f"r{at}", x=f"x{at}", k=f"k{at}")
            yield f"count(CASE WHEN {shaped} THEN 1 END)"


def _forms(one: Field, values: Iterator[str | None]) -> dict[str, int]:
    return {form: int(next(values) or 0) for form in FORMS} if one.worded else {}


def classes(one: Field) -> Iterator[Identifier]:
    """The classes that a column of that type and name may hold."""
    for each in CATALOGUE:
        if each.strength == "named" and not each.named(one.shown):
            continue
        if one.kind == "date" and each.name != "birth":
            continue
        if one.kind == "other" or (one.kind in ("number", "float") and each.name not in NUMERIC):
            continue
        yield each
