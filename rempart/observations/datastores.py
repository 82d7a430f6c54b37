"""Where data lie and what is in them: columns, exports, dumps, stores, and what protects them.

Counts only: no value of a person ever stands in an observation.
"""

from dataclasses import dataclass
from typing import ClassVar

import msgspec

from rempart.check import Observation, Seen


class IdentifierCount(msgspec.Struct, frozen=True):
    """What the values of one column look like, counted for one class of identifier.

    `sampled` values were read and not empty, `candidates` have the shape of the identifier, `valid`
    of these carry the right check digits (for classes without check digits: the right structure),
    `test` of these are identities published for tests. `encoding` is clear, base64 or hex.
    `identifier` is empty where nothing had any identifier's shape.
    """

    column: str
    identifier: str
    encoding: str
    sampled: int
    candidates: int
    valid: int
    test: int = 0


@dataclass(frozen=True, slots=True)
class IdentifierColumn(Observation):
    """A database column and what its values look like; key: `schema.table.column`.

    Fields as in `IdentifierCount`; `encoding` may besides be url, or text for what stands among
    other words. `sample` says how the values were chosen (all, spread, first), `mode` who looked
    at them: the auditor (scan), the server (counts), its statistics (statistics).
    """

    identifier: str
    encoding: str
    sampled: int
    candidates: int
    valid: int
    test: int = 0
    sample: str = "all"
    mode: str = "scan"


@dataclass(frozen=True, slots=True)
class Export(Observation):
    """A file of records (CSV, JSON lines); key: its path.

    `encryption` names what encrypts it (age, OpenPGP, OpenSSL, zip AES, ZipCrypto), empty where
    nothing does. `columns` is empty for an encrypted file; `sampled` counts the records read, and
    `whole` says whether these are all.
    """

    format: str
    encrypted: Seen[bool]
    encryption: str = ""
    sampled: int = 0
    whole: bool = True
    columns: tuple[IdentifierCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Dump(Observation):
    """A database dump; key: its path. `columns` has one entry for its whole text where readable."""

    format: str
    encrypted: Seen[bool]
    encryption: str = ""
    size: int = 0  # bytes
    columns: tuple[IdentifierCount, ...] = ()


@dataclass(frozen=True, slots=True)
class DataStoreFile(Observation):
    """The file a database lives in; key: its path.

    `encrypted` is true where the file has no recognisable header and its bytes look random.
    """

    format: str
    encrypted: Seen[bool]
    size: int = 0  # bytes


@dataclass(frozen=True, slots=True)
class DataStore(Observation):
    """Something that keeps data as a provider runs it; key: its address in the repository.

    `kind` is database, bucket, cache, search, warehouse, queue, topic, stream, file system, log,
    registry, backup, vault, secret ... `key_holder` is `customer`, `provider`, or None where
    nothing encrypts; `key_name` names the customer's key. `setting` shows what decided, as written
    there.
    """

    kind: str
    encrypted: Seen[bool]
    key_holder: Seen[str | None] = None
    key_name: Seen[str | None] = None
    setting: str = ""


class Layer(msgspec.Struct, frozen=True):
    """One thing between a store's bytes and the metal: what it is, whether it encrypts.

    `encrypted` is None for what only carries bytes (a folder, a disk). `key_holder` is customer,
    provider, host, `beside` (the key lies in clear with what it opens) or `store` (it stands in
    the database's own code).
    """

    kind: str  # column | table | engine | tablespace | folder | mount | disk | file | declared
    name: str
    encrypted: Seen[bool | None]
    key_holder: Seen[str | None] = None


class Copy(msgspec.Struct, frozen=True):
    """One place the same data lie, the original included: whether any layer there encrypts.

    `kind` is original, replica, dump, backup or archive; redo, undo, binlog, relay, temporary,
    statistics, fulltext or statements where the engine writes rows beside its tables; swap.
    `inside` says that accounts of the database read it as they read the tables.
    """

    subject: str
    name: str
    kind: str
    encrypted: Seen[bool]
    layers: tuple[Layer, ...] = ()
    inside: bool = False


class Holding(msgspec.Struct, frozen=True):
    """One class of identifier that a store holds: how many columns, how many valid values."""

    identifier: str
    columns: int
    valid: int
    sampled: int


@dataclass(frozen=True, slots=True)
class StoreChain(Observation):
    """A store, every layer under it and every copy of it that is known; key: `store`.

    `identifiers` are the classes of people's identifiers that its columns proved to hold, counted
    in `holdings`. `profile` names the tables that hold what the breaches of 2024 took: the insured
    person's number, the date of birth and the insurer in one place.
    """

    drawn: ClassVar[bool] = True

    copies: tuple[Copy, ...]
    identifiers: Seen[tuple[str, ...]] = ()
    holdings: tuple[Holding, ...] = ()
    profile: tuple[str, ...] = ()
