"""How a read log would be read, for `rempart inventory check`; no value of it is ever shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rempart.collectors.read_logs import sources
from rempart.collectors.read_logs.mapping import SAMPLE, Mapped, mapping
from rempart.collectors.read_logs.orders import declared
from rempart.collectors.read_logs.sources import Cut, Missing
from rempart.errors import CollectError, NotAuthorised

if TYPE_CHECKING:
    from rempart.inventory import Inventory

LATER: Final = "a table on a server: its columns are asked for with --ask-tables, or at the audit"
SECONDS: Final = 5.0  # of a server's time that are kept back


def told(subject: Any, inventory: "Inventory", *, ask: bool = False) -> Iterator[str]:  # noqa: ANN401
    """The mapping of a log here or of a table; a server is contacted only where `ask` says so."""
    if subject.table:
        yield from _table(subject, inventory, ask=ask)
    elif not subject.on:
        yield from _file(subject)


def _file(subject: Any) -> Iterator[str]:  # noqa: ANN401
    try:
        found = sources.found(str(subject.path)).files
        begun = [sources.sample(file, SAMPLE, Cut()) for file in found[:1]]
        shown = [mapping(declared(subject), sample) for sample in begun]
    except (Missing, OSError):
        return
    for mapped in shown:
        if mapped is None:
            yield "no format known here: declare format, account, person and time"
        else:
            yield f"{_words(mapped)} ({len(found)} files)"


def _words(mapped: Mapped) -> str:
    return f"{'guessed' if mapped.guessed else 'declared'}: {mapped.words()}"


def _table(subject: Any, inventory: "Inventory", *, ask: bool) -> Iterator[str]:  # noqa: ANN401
    from rempart.collectors.read_logs import table
    from rempart.inventory.references import sqlite_path
    from rempart.transport.deadline import Deadline

    database: Any = inventory.by_id[subject.database]
    file = sqlite_path(database.url)
    try:
        if file is not None:
            with table.opened(Path(file), Deadline(SECONDS)) as connection:
                yield _words(table.mapped(connection, subject.table, declared(subject)))
        elif ask:
            yield _words(_asked(subject, database, inventory))
        else:
            yield LATER
    except (CollectError, NotAuthorised) as error:
        yield f"not known: {error}"


def _asked(subject: Any, database: Any, inventory: "Inventory") -> Mapped:  # noqa: ANN401
    """The mapping by the names of the columns: the server's catalogue is asked, no row is."""
    from rempart.collectors.read_logs.table import by_columns
    from rempart.scope import Scope, guarded
    from rempart.transport import sql
    from rempart.transport.access import Access

    scope = Scope.of(inventory.authorisation)
    with guarded(scope), Access.open(subject, inventory, scope) as access:
        with sql.opened(access, database, spare=SECONDS) as server:
            columns = server.columns(subject.table)
        return by_columns({name: [] for name in columns}, declared(subject))
