"""What tables of a database hold besides identifiers: sealed values, old rows, who may read them.

Counts, names of columns and months only: no value of a person ever stands in an observation.
"""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class SealedColumn(Observation):
    """A column whose values cannot be read as they stand; key: `schema.table.column`.

    `form` is openpgp, openssl, fernet, vault, jwe, cipher (blocks without a header), token,
    document (PDF, image, archive) or opaque. `shortest` and `longest` are bytes, `repeated` counts
    sampled values that stand there more than once. `cipher`, `s2k` (simple, salted, iterated) and
    `digest` are what OpenPGP headers say; several are separated by commas.
    """

    form: str
    sampled: int
    repeated: int
    shortest: int
    longest: int
    blocks: bool = False
    cipher: str = ""
    s2k: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class HashedColumn(Observation):
    """A column of hashes, compared by the server with hashes of clear values found elsewhere.

    Key: `schema.table.column`. `algorithm` is told by the length; `compared` clear values of the
    column `of` were hashed, `matched` of these hashes stand in this column.
    """

    algorithm: str
    sampled: int
    identifier: str = ""
    of: str = ""
    compared: Seen[int] = 0
    matched: Seen[int] = 0


@dataclass(frozen=True, slots=True)
class StatisticsColumn(Observation):
    """Clear values of a column that the server keeps in its statistics; key: the column.

    `kept` values are kept, `candidates` have the identifier's shape, `valid` are right. `held` is a
    class that the rows of the column proved to hold: then one kept value is one too many.
    """

    identifier: str
    kept: int
    candidates: int
    valid: int
    held: str = ""


@dataclass(frozen=True, slots=True)
class TableContent(Observation):
    """What stands together in the rows of one table; key: `schema.table`.

    Classes of identifiers are those proven in its columns; `insurers`, `names` and `passwords` are
    columns whose name says so and that are not empty. `environment` is what the inventory says of
    the database, `rows` the server's estimate. `tests` says that all identities are published ones.
    """

    identities: tuple[str, ...] = ()
    births: tuple[str, ...] = ()
    insurers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    practitioners: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()
    environment: str = ""
    rows: Seen[int] = 0
    tests: bool = False


@dataclass(frozen=True, slots=True)
class OldRows(Observation):
    """How long rows with identities have stood untouched; key: `schema.table`.

    A row is as old as the newest of its dates in `columns`. `limit` is the retention that the
    inventory declares, `expired` of `rows` are older; `oldest` is a month.
    """

    limit: str
    columns: tuple[str, ...] = ()
    rows: Seen[int] = 0
    expired: Seen[int] = 0
    oldest: Seen[str] = ""


@dataclass(frozen=True, slots=True)
class TableReaders(Observation):
    """Who may read a table with identities; key: `schema.table`.

    `everyone` says that any account may; `accounts` may sign in and read it, `administrators` of
    these because they may do anything.
    """

    identities: tuple[str, ...]
    everyone: Seen[bool]
    accounts: Seen[int]
    administrators: Seen[int] = 0
