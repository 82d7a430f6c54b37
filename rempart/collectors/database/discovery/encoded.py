"""Identifiers that stand in a column in another spelling, or among other words."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rempart.collectors.database.discovery import keys
from rempart.collectors.database.discovery.counts import (
    ENOUGH,
    FORMS,
    NUMERIC,
    Counted,
    classes,
    one_row,
)
from rempart.collectors.database.discovery.dialects import Dialect, Postgresql
from rempart.collectors.database.discovery.samples import Sample, bare
from rempart.collectors.values import sure

SPELLINGS: Final = ("hex", "base64", "url")
ENVELOPES: Final = ("longhex", "longbase64")  # more than an identifier, spelt out
PLAIN: Final = "replace({}, '/', '')"  # a match without the stroke before its key
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
    dialect = sample.dialect
    fields = tuple(column.field for column, _ in pairs)
    plain = [_plain(dialect, spelling, at) for at, (_, spelling) in enumerate(pairs)]
    listed = [f"{dialect.compact(f'd{at}')} AS x{at}" for at in range(len(pairs))]
    asked = [tuple(_possible(column, spelling)) for column, spelling in pairs]
    sums = []
    for at, names in enumerate(asked):
        sums += [keys.counted(dialect, name, f"x{at}") for name in names]
        sums.append(keys.tests(f"x{at}"))
    inner = f"({sample.compacted(fields, ', '.join(plain))}) AS plain"
    outer = dialect.inner(", ".join(listed), inner)
    statement = f"SELECT {', '.join(sums)} FROM {outer} AS seen"  # noqa: S608  (quoted)
    row = one_row(session, statement, len(sums), seconds)
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


def _plain(dialect: Dialect, spelling: str, at: int) -> str:
    """What a value spells, NULL where it is not spelt so."""
    r = f"r{at}"
    if spelling == "hex":
        spelt = dialect.written(dialect.from_hex(bare(r)))
    elif spelling == "base64":
        spelt = dialect.written(dialect.from_base64(r))
    else:
        digits = dialect.replaced(r, "%3([0-9])", "\\1")
        spelt = dialect.replaced(digits, "%(20|2[DdEe])", " ")
    shaped = FORMS[spelling].format(r=r, x=f"x{at}", k=f"k{at}")
    return f"CASE WHEN {shaped} THEN {spelt} END AS d{at}"


def inside(session: Any, sample: Sample, columns: Sequence[Counted], seconds: float) -> None:  # noqa: ANN401
    """Count the classes that stand inside texts, documents and bytes. Raises CollectError."""
    for column in columns:
        if max(column.forms.get(form, 0) for form in ("long", *ENVELOPES)) < ENOUGH:
            continue
        known = {one.identifier for one in column.found if sure(one)}
        for name, figures in _inside(session, sample, column, seconds).items():
            if name not in known:
                column.add(name, "text", *figures)


def _inside(
    session: Any,  # noqa: ANN401
    sample: Sample,
    column: Counted,
    seconds: float,
) -> dict[str, tuple[int, int, int]]:
    """Candidates, valid ones and identities for tests of each class that is looked for."""
    dialect = sample.dialect
    spaced = f"replace(replace(r0, {dialect.text('%20')}, ' '), '+', ' ')"
    wanted = [FORMS["long"].format(r="r0", x="x0", k="k0")]
    wanted += [f"{keys.guarded(dialect, name, 'x0', '1')} IS NULL" for name in keys.WITHIN]
    hexed, spelt = dialect.from_hex(bare("r0")), dialect.from_base64("r0")
    text = (
        f"CASE WHEN {' AND '.join(wanted)} THEN {spaced}"
        f" WHEN {FORMS['longhex'].format(r='r0', k='k0')} THEN {dialect.written(hexed)}"
        f" WHEN {FORMS['longbase64'].format(r='r0', k='k0')} THEN {dialect.written(spelt)}"
        " END AS t0"
    )
    texts = f"({sample.compacted((column.field,), text)}) AS texts"
    matched = _listed if isinstance(dialect, Postgresql) else _first_ones
    found, count = matched(dialect, texts, dialect.text(keys.APART))
    sums = [
        f"{keys.counted(dialect, name, f'x{at}')}, {keys.tests(f'x{at}')}"
        for name in keys.WITHIN
        for at in range(count)
    ]
    statement = f"SELECT {', '.join(sums)} FROM {found} AS seen"  # noqa: S608  (quoted)
    row = one_row(session, statement, 2 * len(sums), seconds)
    figures = {}
    for place, name in enumerate(keys.WITHIN):
        own = row[2 * count * place : 2 * count * (place + 1)]
        parts = [keys.parted(total) for total in own[::2]]
        tests = sum(int(test or 0) for test in own[1::2]) if name == "nir" else 0
        figures[name] = (sum(one[0] for one in parts), sum(one[1] for one in parts), tests)
    return figures


def _listed(dialect: Dialect, texts: str, pattern: str) -> tuple[str, int]:
    """Every match in each text, one a row."""
    origin = f"{texts}, LATERAL regexp_matches(t0, {pattern}, 'g') AS m"
    return dialect.inner(f"{dialect.compact(PLAIN.format('m[1]'))} AS x0", origin), 1


def _first_ones(dialect: Dialect, texts: str, pattern: str) -> tuple[str, int]:
    """The first matches in each text, side by side: what stands before and with each is cut off."""
    origin, kept = texts, ""
    for at in range(OCCURRENCES):
        match = f"REGEXP_SUBSTR(t{at}, {pattern}) AS m{at}"
        matched = dialect.inner(f"{kept}t{at}, {match}", origin)
        rest = f"SUBSTR(t{at}, LOCATE(m{at}, t{at}) + CHAR_LENGTH(m{at}))"
        cut = f"CASE WHEN m{at} <> '' THEN {rest} ELSE '' END AS t{at + 1}"
        kept += f"m{at}, "
        origin = f"{dialect.inner(f'{kept}{cut}', f'{matched} AS with{at}')} AS after{at}"
    compact = ", ".join(
        f"{dialect.compact(PLAIN.format(f'm{at}'))} AS x{at}" for at in range(OCCURRENCES)
    )
    return dialect.inner(compact, origin), OCCURRENCES
