"""Identifiers that stand in a column in another spelling, or among other words."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rempart.collectors.database.discovery import keys
from rempart.collectors.database.discovery.counts import (
    BASE64,
    ENOUGH,
    HEX,
    NUMERIC,
    URL,
    Counted,
    classes,
)
from rempart.collectors.database.discovery.dialects import Dialect, Postgresql
from rempart.collectors.database.discovery.samples import Sample
from rempart.collectors.values import sure

SPELLINGS: Final = ("hex", "base64", "url")
OCCURRENCES: Final = 4  # of a class in one text, where the server cannot list all of them


def decoded(session: Any, sample: Sample, columns: Sequence[Counted], seconds: float) -> None:  # noqa: ANN401
    """Count the classes that columns hold in base64, hex or percent signs. Raises CollectError."""
    pairs = [
        (column, spelling)
        for column in columns
        for spelling in SPELLINGS
        if column.forms.get(spelling, 0) >= ENOUGH
    ]
    if not pairs:
        return
    dialect, sums = sample.dialect, []
    fields = tuple(column.field for column, _ in pairs)
    listed = [f"{dialect.compact(f'd{at}')} AS x{at}" for at in range(len(pairs))]
    plain = [
        f"{_plain(dialect, spelling, f'r{at}')} AS d{at}" for at, (_, spelling) in enumerate(pairs)
    ]
    asked = [tuple(_possible(column, spelling)) for column, spelling in pairs]
    for at, names in enumerate(asked):
        sums += [keys.counted(dialect, name, f"x{at}") for name in names]
        sums.append(keys.tests(f"x{at}"))
    inner = dialect.inner(", ".join(plain), f"({sample.query(fields, '*')}) AS spelt")
    outer = dialect.inner(", ".join(listed), f"{inner} AS plain")
    (row,) = session.ask(f"SELECT {', '.join(sums)} FROM {outer} AS seen", seconds=seconds)  # noqa: S608
    values = iter(row)
    for (column, spelling), names in zip(pairs, asked, strict=True):
        counts = [(name, *keys.parted(next(values))) for name in names]
        test = int(next(values) or 0)
        for name, candidates, valid in counts:
            column.add(name, spelling, candidates, valid, test if name == "nir" else 0)


def _possible(column: Counted, spelling: str) -> Iterator[str]:
    for each in classes(column.field):
        if spelling != "url" or each.name in NUMERIC:
            yield each.name


def _plain(dialect: Dialect, spelling: str, r: str) -> str:
    """What a value spells, NULL where it is not spelt so."""
    if spelling == "hex":
        bare = dialect.replaced(r, "^(0x|[\\\\]x)", "")
        return f"CASE WHEN {dialect.matches(r, HEX)} THEN {dialect.from_hex(bare)} END"
    if spelling == "base64":
        number = dialect.matches(r, "^[0-9]+$")
        shaped = f"{dialect.matches(r, BASE64)} AND NOT ({number})"
        return f"CASE WHEN {shaped} THEN {dialect.from_base64(r)} END"
    digits = dialect.replaced(r, "%3([0-9])", "\\1")
    plain = dialect.replaced(digits, "%(20|2[DdEe])", " ")
    return f"CASE WHEN {dialect.matches(r, URL)} THEN {plain} END"


def inside(session: Any, sample: Sample, columns: Sequence[Counted], seconds: float) -> None:  # noqa: ANN401
    """Count the classes that stand inside texts, documents and bytes. Raises CollectError."""
    for column in columns:
        if column.long < ENOUGH:
            continue
        known = {one.identifier for one in column.found if sure(one)}
        for name in keys.WITHIN:
            if name not in known:
                candidates, valid, test = _inside(session, sample, column, name, seconds)
                column.add(name, "text", candidates, valid, test if name == "nir" else 0)


def _inside(
    session: Any,  # noqa: ANN401
    sample: Sample,
    column: Counted,
    name: str,
    seconds: float,
) -> tuple[int, int, int]:
    """Candidates, valid ones and identities for tests."""
    dialect = sample.dialect
    spaced = f"replace(replace(r0, {dialect.text('%20')}, ' '), '+', ' ')"
    whole = sample.query((column.field,), f"r0, {dialect.compact('r0')} AS whole")
    alone = keys.guarded(dialect, name, "whole", "1")
    long = dialect.inner(
        f"{spaced} AS t0", f"({whole}) AS one", f"WHERE length(r0) > 15 AND {alone} IS NULL"
    )
    matched = _listed if isinstance(dialect, Postgresql) else _first_ones
    found, count = matched(dialect, long, dialect.text(keys.WITHIN[name]))
    sums = ", ".join(
        f"{keys.counted(dialect, name, f'x{at}')}, {keys.tests(f'x{at}')}" for at in range(count)
    )
    (row,) = session.ask(f"SELECT {sums} FROM {found} AS seen", seconds=seconds)  # noqa: S608
    parts = [keys.parted(total) for total in row[::2]]
    tests = sum(int(test or 0) for test in row[1::2])
    return sum(one[0] for one in parts), sum(one[1] for one in parts), tests


def _listed(dialect: Dialect, texts: str, pattern: str) -> tuple[str, int]:
    """Every match in each text, one a row."""
    origin = f"{texts} AS texts, LATERAL regexp_matches(t0, {pattern}, 'g') AS m"
    return dialect.inner(f"{dialect.compact('m[1]')} AS x0", origin), 1


def _first_ones(dialect: Dialect, texts: str, pattern: str) -> tuple[str, int]:
    """The first matches in each text, side by side: what stands before and with each is cut off."""
    origin, kept = f"{texts} AS texts", ""
    for at in range(OCCURRENCES):
        match = f"REGEXP_SUBSTR(t{at}, {pattern}) AS m{at}"
        matched = dialect.inner(f"{kept}t{at}, {match}", origin)
        rest = f"SUBSTR(t{at}, LOCATE(m{at}, t{at}) + CHAR_LENGTH(m{at}))"
        cut = f"CASE WHEN m{at} <> '' THEN {rest} ELSE '' END AS t{at + 1}"
        kept += f"m{at}, "
        origin = f"{dialect.inner(f'{kept}{cut}', f'{matched} AS with{at}')} AS after{at}"
    compact = ", ".join(f"{dialect.compact(f'm{at}')} AS x{at}" for at in range(OCCURRENCES))
    return dialect.inner(compact, origin), OCCURRENCES
