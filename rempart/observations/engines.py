"""What a database server does with what it is given: tables, logs, temporary files, its keys.

Each place the engine writes rows to is an area of its own, because each has its own switch: a table
may be encrypted while the same row stands in clear in the binary log.
"""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class EngineServer(Observation):
    """The server behind a database; key: `server`.

    `able` says whether it has the means to encrypt what it writes (a key plug-in, pg_tde).
    `forced` is what becomes of a new table, in the product's word: FORCE, ON, OFF. `threads`
    convert tables that are still in clear, and `renew_after` is the age in key versions at which
    they write pages anew; None where the product has no such thing. `waiting` counts tables meant
    to be encrypted that are not yet.
    """

    product: str
    version: str
    able: Seen[bool]
    forced: Seen[str] = ""
    threads: Seen[int | None] = None
    renew_after: Seen[int | None] = None
    waiting: Seen[int] = 0
    directory: Seen[str] = ""


@dataclass(frozen=True, slots=True)
class EngineTable(Observation):
    """A table as its engine stores it; key: `schema.table`.

    `engine` as the product names it (InnoDB, Aria, heap, tde_heap). `directory` is where its file
    lies, empty where nothing says so. Key versions are the oldest in the file and the one in use;
    `rotating` while pages are written anew. `setting` shows what decided.
    """

    engine: str
    encrypted: Seen[bool]
    tablespace: str = ""
    directory: Seen[str] = ""
    key_id: Seen[int | None] = None
    key_oldest: Seen[int | None] = None
    key_current: Seen[int | None] = None
    rotating: bool = False
    setting: str = ""


@dataclass(frozen=True, slots=True)
class EngineArea(Observation):
    """A place beside the tables where the engine writes what is in them; key: its name.

    `kind` is redo, undo, binlog, relay, temporary, statistics, fulltext, statements or archive.
    `written` says whether rows come there at all, `able` whether this product could encrypt it.
    `inside` is true for a log kept as a table, which accounts of the database read. `setting` shows
    what decided, in the product's words.
    """

    kind: str
    written: Seen[bool]
    encrypted: Seen[bool]
    able: bool = True
    directory: Seen[str] = ""
    inside: bool = False
    setting: str = ""


@dataclass(frozen=True, slots=True)
class EngineKey(Observation):
    """Where the engine takes its key from; key: the plug-in's or the provider's name.

    `kind` is file, vault, kms, kmip or another word of the product. For a file: its `path`,
    whether it lies under the data directory, and what locks it (`none`, `file`, `literal`; empty
    elsewhere). `renews` says whether this source can give a newer key at all; `plain` whether it
    is asked over plain HTTP.
    """

    kind: str
    path: Seen[str] = ""
    inside: Seen[bool] = False
    locked: Seen[str] = ""
    renews: Seen[bool] = True
    plain: Seen[bool] = False
    setting: str = ""


@dataclass(frozen=True, slots=True)
class SqlKeys(Observation):
    """Definitions in the database that call a cipher with a key written in them; key: `sql`.

    `searched` says what was gone through; `found` names each definition that holds a literal, never
    the literal. `statements` counts statements the server remembers that hold one, `hidden` the
    definitions that the account may not read.
    """

    searched: tuple[str, ...]
    found: tuple[str, ...]
    statements: Seen[int] = 0
    hidden: Seen[int] = 0


@dataclass(frozen=True, slots=True)
class Standby(Observation):
    """Another server that receives every change of this one; key: the name it goes by."""

    state: str
    role: str = "receives"  # receives from the database asked, or sends to it
