"""What stands together in a table, how old its rows are, and who may read them."""

from collections.abc import Sequence
from typing import Any, Final

from rempart.check import Seen, Unknown
from rempart.collectors.database.discovery.counts import Counted
from rempart.collectors.database.discovery.samples import Sample
from rempart.collectors.database.discovery.words import speaking_of
from rempart.collectors.values import sure
from rempart.errors import CollectError, Reason
from rempart.inventory.values import Period
from rempart.observations.columns import OldRows, TableContent, TableReaders
from rempart.observations.datastores import IdentifierCount
from rempart.observations.identifiers.catalogue import BY_NAME, PERSONAL

DATES: Final = 20  # date columns of a table that are compared
AGING: Final = 5.0  # seconds that the age of a table's rows may take


def content(
    key: str,
    rows: int | None,
    filled: Sequence[str],
    counts: Sequence[IdentifierCount],
    environment: str,
) -> TableContent:
    """A table, by what its columns proved to hold and by what those with values are called."""
    found = [one for one in counts if sure(one)]
    people = [one for one in found if one.identifier in PERSONAL]
    unknown = Unknown(Reason.UNRESOLVED, "the server has no estimate of its rows")
    return TableContent(
        identities=_named(people),
        births=_named(one for one in found if one.identifier == "birth"),
        insurers=speaking_of("insurers", filled),
        names=speaking_of("names", filled),
        health=tuple(dict.fromkeys((*_of("health", found), *speaking_of("health", filled)))),
        practitioners=_of("practitioner", found),
        passwords=speaking_of("passwords", filled),
        environment=environment,
        rows=unknown if rows is None else rows,
        tests=bool(people) and all(one.test == one.valid for one in people),
        key=key,
        source=key,
    )


def _named(found: Any) -> tuple[str, ...]:  # noqa: ANN401  (an iterable of IdentifierCount)
    return tuple(sorted({one.identifier for one in found}))


def _of(whom: str, found: Sequence[IdentifierCount]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.column for one in found if BY_NAME[one.identifier].of == whom))


def old_rows(
    session: Any,  # noqa: ANN401
    sample: Sample,
    columns: Sequence[Counted],
    retention: Period | None,
) -> OldRows:
    """How long the table's rows have stood untouched, against what the inventory declares."""
    key = sample.table.key
    dialect = sample.dialect
    births = {
        one.column for column in columns for one in column.counts() if one.identifier == "birth"
    }
    dates = [
        column.field
        for column in columns
        if column.field.kind == "date" and column.sampled and column.field.shown not in births
    ][:DATES]
    shown = tuple(one.shown for one in dates)
    why = _untold(dates, retention)
    if why is not None or retention is None:
        return OldRows(str(retention or ""), shown, why, why, why, key=key, source=key)  # type: ignore[arg-type]
    place = f"{dialect.name(sample.table.schema)}.{dialect.name(sample.table.name)}"
    latest = dialect.latest([dialect.name(one.name) for one in dates])
    count, _, unit = retention.rstrip("s").partition(" ")
    old = f"count(CASE WHEN d < {dialect.ago(int(count), unit)} THEN 1 END)"
    statement = (
        f"SELECT count(*), {old}, substr(min(d), 1, 6)"  # noqa: S608  (names are quoted)
        f" FROM (SELECT {latest} AS d FROM {place}) AS aged"
    )
    try:
        ((rows, expired, oldest),) = session.ask(statement, seconds=AGING)
    except CollectError as error:
        why = Unknown(error.reason, str(error))
        return OldRows(str(retention), shown, why, why, why, key=key, source=key)
    month = f"{oldest[:4]}-{oldest[4:]}" if oldest else ""
    return OldRows(
        *(str(retention), shown, int(rows or 0), int(expired or 0), month), key=key, source=key
    )


def _untold(dates: Sequence[Any], retention: Period | None) -> Unknown | None:
    if retention is None:
        return Unknown(Reason.UNRESOLVED, "the inventory declares no retention for this database")
    if not dates:
        return Unknown(Reason.UNRESOLVED, "no column of the table tells how old a row is")
    return None


_READERS: Final = {
    "postgresql": """
SELECT count(*), count(CASE WHEN r.rolsuper THEN 1 END),
  max((SELECT count(*) FROM aclexplode(c.relacl) WHERE grantee = 0 AND privilege_type = 'SELECT'))
FROM pg_catalog.pg_roles r JOIN pg_catalog.pg_class c ON c.oid = {place}::regclass
WHERE r.rolcanlogin AND has_table_privilege(r.oid, c.oid, 'SELECT')
  AND has_schema_privilege(r.oid, c.relnamespace, 'USAGE')
""",
    "mysql": """
SELECT count(DISTINCT who), count(DISTINCT CASE WHEN mighty THEN who END),
  count(CASE WHEN who LIKE '@%' THEN 1 END) FROM (
  SELECT concat(user, '@', host) AS who, super_priv = 'Y' AS mighty FROM mysql.user
    WHERE select_priv = 'Y'
  UNION ALL SELECT concat(user, '@', host), FALSE FROM mysql.db
    WHERE select_priv = 'Y' AND {schema} LIKE db
  UNION ALL SELECT concat(user, '@', host), FALSE FROM mysql.tables_priv
    WHERE db = {schema} AND table_name = {table} AND FIND_IN_SET('Select', table_priv)
) AS readers
""",
}


def readers(session: Any, sample: Sample, identities: tuple[str, ...]) -> TableReaders:  # noqa: ANN401
    """How many accounts may read the table."""
    dialect, table = sample.dialect, sample.table
    place = f"{dialect.name(table.schema)}.{dialect.name(table.name)}"
    statement = _READERS[session.dialect].format(
        place=dialect.text(place), schema=dialect.text(table.schema), table=dialect.text(table.name)
    )
    everyone: Seen[bool]
    accounts: Seen[int]
    mighty: Seen[int]
    try:
        ((count, masters, public),) = session.ask(statement, seconds=AGING)
    except CollectError as error:
        why = Unknown(error.reason, "the account may not see who has which grants")
        everyone, accounts, mighty = why, why, why
    else:
        everyone, accounts, mighty = int(public or 0) > 0, int(count or 0), int(masters or 0)
    return TableReaders(identities, everyone, accounts, mighty, key=table.key, source=table.key)
