"""What the columns of a table hold, counted by the server: one statement a table for clear values.

Each class of identifier is one sum. What is encoded, or stands inside longer text, is asked for
where a column's values look so.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any, Final

from rempart.collectors.database.discovery import keys
from rempart.collectors.database.discovery.samples import Sample
from rempart.collectors.database.discovery.schema import Field
from rempart.collectors.values import chosen
from rempart.observations.datastores import IdentifierCount
from rempart.observations.identifiers.catalogue import CATALOGUE, Identifier

BATCH: Final = 20  # columns in one statement
NUMERIC: Final = frozenset(
    {"nir", "nir13", "idnr", "ssn", "nhs", "niss", "ahv", "rpps", "adeli", "npi", "finess", "ik",
     "siret", "siren", "birth"}
)  # fmt: skip
ENOUGH: Final = 5  # values of a form that are worth another question
HEX: Final = "^(0x|[\\\\]x)?([0-9a-fA-F]{2}){13,40}$"
BASE64: Final = "^[A-Za-z0-9+/_-]{18,44}={0,2}$"
URL: Final = "%[0-9A-Fa-f]{2}"
FORMS: Final = {
    "hex": HEX,
    "base64": BASE64,
    "url": URL,
    "hash": "^[0-9a-fA-F]{32}([0-9a-fA-F]{8}|[0-9a-fA-F]{24}|[0-9a-fA-F]{32}|[0-9a-fA-F]{96})?$",
    "sealed": "^(-----BEGIN PGP |vault:v[0-9]|eyJ[A-Za-z0-9_-]+[.]|[A-Za-z0-9+/_-]{22,}={0,2}$)",
}


@dataclasses.dataclass(slots=True)
class Counted:
    """A column: values that are not empty, how many have a form, candidates of each class."""

    field: Field
    sampled: int = 0
    long: int = 0  # texts that can hold an identifier beside other words
    forms: dict[str, int] = dataclasses.field(default_factory=dict)
    found: list[IdentifierCount] = dataclasses.field(default_factory=list)

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


def clear(session: Any, sample: Sample, seconds: float) -> Iterator[Counted]:  # noqa: ANN401
    """Every readable column of the sample with what its values are. Raises CollectError."""
    fields = sample.table.readable
    for start in range(0, len(fields), BATCH):
        yield from _clear(session, sample, fields[start : start + BATCH], seconds)


def _clear(
    session: Any,  # noqa: ANN401
    sample: Sample,
    fields: tuple[Field, ...],
    seconds: float,
) -> Iterator[Counted]:
    asked, columns = [tuple(classes(one)) for one in fields], ["count(*)"]
    for at, (one, possible) in enumerate(zip(fields, asked, strict=True)):
        columns += _about(sample, one, at)
        columns += [keys.counted(sample.dialect, each.name, f"x{at}") for each in possible]
    (row,) = session.ask(sample.compacted(fields, ", ".join(columns)), seconds=seconds)
    values = iter(row[1:])
    for one, possible in zip(fields, asked, strict=True):
        sampled, long, *formed = (int(next(values) or 0) for _ in range(2 + len(FORMS)))
        test = int(next(values) or 0)
        counted = Counted(one, sampled, long, dict(zip(FORMS, formed, strict=True)))
        for each in possible:
            candidates, valid = keys.parted(next(values))
            counted.add(each.name, "clear", candidates, valid, test if each.name == "nir" else 0)
        yield counted


def _about(sample: Sample, one: Field, at: int) -> Iterator[str]:
    yield f"count(r{at})"
    worded = one.kind in ("text", "document", "binary")
    yield f"count(CASE WHEN length(r{at}) > 15 THEN 1 END)" if worded else "0"
    for pattern in FORMS.values():
        matches = sample.dialect.matches(f"r{at}", pattern)
        yield f"count(CASE WHEN {matches} THEN 1 END)" if worded else "0"
    yield keys.tests(f"x{at}")


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
