"""The original of a store: its tables with identifiers, where each group of them rests.

Tables that are encrypted alike and lie in one place are one branch; a table in another table space
is another branch, because its protection is another.
"""

from collections.abc import Iterator
from typing import Any

from rempart.check import Seen, Unknown
from rempart.derive import Estate
from rempart.derive.store_chain.custody import held
from rempart.derive.store_chain.places import declared, mounted, of, sealed, under, why
from rempart.judge.identifiers import personal
from rempart.judge.identifiers import tables as with_people
from rempart.observations.columns import HashedColumn, SealedColumn
from rempart.observations.datastores import Copy, DataStore, DataStoreFile, IdentifierColumn, Layer
from rempart.observations.engines import EngineTable, SqlKeys

SHOWN = 3  # names of tables in one branch
CIPHERS = ("openpgp", "openssl", "fernet", "vault", "jwe", "cipher")


def originals(estate: Estate, store: Any) -> Iterator[Copy]:  # noqa: ANN401  (a subject)
    """The branches of the original; one where nothing is known of tables."""
    above, below = list(columns(estate, store)), list(clouds(estate, store.id))
    branches = _branches(estate, store)
    if not branches:
        layers = [*above, *_files(estate, store), *below]
        layers += under(estate, store.on, store.path) if store.kind != "database" else ()
        if store.kind == "database":
            layers.append(mounted(estate, store.on, store.path)[0])
        yield Copy(store.id, store.id, "original", sealed(layers), tuple(layers))
    for tables in branches:
        first = tables[0]
        layers = [*above, *_tables(estate, store, tables), *below]
        layers += under(estate, store.on, folder(first.directory, store))
        name = store.id if len(branches) == 1 else f"{store.id}: {_named(tables)}"
        yield Copy(store.id, name, "original", sealed(layers), tuple(layers))


def folder(directory: Seen[str], store: Any) -> str:  # noqa: ANN401  (a subject)
    """A folder that the server told, else the one that the inventory names."""
    return (directory if isinstance(directory, str) else "") or str(store.path)


def columns(estate: Estate, store: Any) -> Iterator[Layer]:  # noqa: ANN401  (a subject)
    """The columns themselves: in clear as soon as one identifier was found readable."""
    clear = {one.key for one in personal(of(estate, store.id, IdentifierColumn))}
    clear |= {one.key for one in of(estate, store.id, HashedColumn) if _reversed(one)}
    if clear:
        yield Layer("column", _counted(clear), False)
        return
    sealed = {one.key for one in of(estate, store.id, SealedColumn) if one.form in CIPHERS}
    if sealed:
        unread = [g for g in estate.gaps.get(store.id, ()) if g.type == IdentifierColumn.__name__]
        encrypted: Seen[bool] = Unknown(unread[0].reason, unread[0].detail) if unread else True
        open_ = any(one.found for one in of(estate, store.id, SqlKeys))
        yield Layer("column", _counted(sealed), encrypted, "store" if open_ else None)


def _reversed(column: HashedColumn) -> bool:
    """Whether values found elsewhere were found again among the hashes."""
    return isinstance(column.matched, int) and column.matched > 0


def _counted(names: set[str]) -> str:
    first, *more = sorted(names)
    return f"{first} +{len(more)}" if more else first


def _branches(estate: Estate, store: Any) -> list[list[EngineTable]]:  # noqa: ANN401
    """The tables with identifiers, or all where columns were not read, by how they rest."""
    tables = [one for one in of(estate, store.id, EngineTable) if one.engine != "MEMORY"]
    holding = with_people(of(estate, store.id, IdentifierColumn), (one.key for one in tables))
    tables = [one for one in tables if one.key in holding] or tables
    groups: dict[tuple[str, ...], list[EngineTable]] = {}
    for one in tables:
        space = one.tablespace if not one.engine.startswith(("InnoDB", "Aria", "MyISAM")) else ""
        sealing = str(one.encrypted) if isinstance(one.encrypted, bool) else "unknown"
        place = folder(one.directory, store)
        volume = mounted(estate, store.on, place)[1]  # folders of one volume rest alike
        rests = (sealing, one.engine, space, volume.key if volume else place)
        groups.setdefault(rests, []).append(one)
    return [sorted(group, key=lambda one: one.key) for _, group in sorted(groups.items())]


def _tables(estate: Estate, store: Any, tables: list[EngineTable]) -> Iterator[Layer]:  # noqa: ANN401
    first = tables[0]
    holder: Seen[str | None] = None
    if first.encrypted is not False:
        holder = held(estate, store, folder(first.directory, store))
    yield Layer("table", f"{_named(tables)} ({first.engine})", first.encrypted, holder)
    if first.tablespace and not first.engine.startswith("InnoDB"):
        yield Layer("tablespace", first.tablespace, None)


def _named(tables: list[EngineTable]) -> str:
    names = ", ".join(one.key for one in tables[:SHOWN])
    return f"{names} +{len(tables) - SHOWN}" if len(tables) > SHOWN else names


def _files(estate: Estate, store: Any) -> Iterator[Layer]:  # noqa: ANN401
    seen = of(estate, store.id, DataStoreFile)
    for file in seen:
        yield Layer("file", file.key, file.encrypted)
    if not seen and store.kind == "database":
        yield Layer("file", store.id, why(estate, store.id, DataStoreFile))


def clouds(estate: Estate, id_: str) -> Iterator[Layer]:
    """What repositories declare under this store."""
    for store in declared(estate, id_):
        if not isinstance(store, DataStore) or store.kind not in ("bucket", "backup"):
            yield Layer("declared", store.key, store.encrypted, store.key_holder)
