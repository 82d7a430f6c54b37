"""What an audit has done so far, safe against `kill -9` and a power cut; resumed exactly once.

SQLite in WAL mode with `synchronous=FULL`; everything about one subject is one transaction, so a
subject is done or it is not. Looking may happen twice (a kill between looking and writing),
results cannot. One process writes; a lock the kernel drops with the process keeps a second away.
"""

import fcntl
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from rempart.errors import RempartError, ResumeRefused, UsageError
from rempart.results import ResultRecord, digest

if TYPE_CHECKING:
    import sqlite3

SELDOM = "seldom: "  # what begins so is remembered beyond its run
FORMAT = 1  # in the file's name: a journal of another format is not touched
TABLES = """
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT, pins TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS subject (
    run INTEGER NOT NULL, id TEXT NOT NULL, results INTEGER NOT NULL, connections INTEGER NOT NULL,
    observations BLOB NOT NULL, UNIQUE (run, id)
) STRICT;
CREATE TABLE IF NOT EXISTS result (
    run INTEGER NOT NULL, subject TEXT NOT NULL, judged_by TEXT NOT NULL, authority TEXT NOT NULL,
    ordinal INTEGER NOT NULL, outcome TEXT NOT NULL, fingerprint TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (run, subject, judged_by, authority, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempt (
    run INTEGER NOT NULL, subject TEXT NOT NULL, what TEXT NOT NULL, sent TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Saved:
    """One subject that is done: what was seen there, and the connections it took."""

    observations: bytes
    connections: int
    results: int


@dataclass(frozen=True, slots=True)
class Count:
    """Subjects done, the results they announced, and the result rows that are there."""

    subjects: int
    announced: int
    rows: int


def state_folder() -> Path:
    """Where journals live unless `--state` says otherwise (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local/state") / "rempart"


class Journal:
    """The journal of one line of audits: those of the same inventory with the same audit file."""

    def __init__(
        self, database: "sqlite3.Connection", lock: int, run: int, *, resumed: bool
    ) -> None:
        self._database = database
        self._lock = lock
        self._run = run
        self._writing = threading.Lock()
        self.resumed = resumed  # an unfinished run is continued

    @classmethod
    def open(
        cls, folder: Path, pins: Mapping[str, str], *, of: str = "", resume: bool = False
    ) -> "Journal":
        """A new run's journal or, with `resume`, that of the latest unfinished run, if any.

        `pins` are digests by what they pin (inventory, audit, checks); `of` names the line of
        audits, so that two inventories do not share a journal. Raises ResumeRefused, naming what
        changed; UsageError while another process writes this journal.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stem = f"journal-{FORMAT}-{digest(of)[:16]}"
        lock = _locked(folder / f"{stem}.lock")
        try:
            database = _database(folder / f"{stem}.sqlite")
            try:
                run = _unfinished(database, pins) if resume else None
                started = _begun(database, pins) if run is None else run
            except BaseException:
                database.close()
                raise
        except BaseException:
            os.close(lock)
            raise
        return cls(database, lock, started, resumed=run is not None)

    def done(self) -> Mapping[str, Saved]:
        """The subjects that are done, by id."""
        rows = self._rows("SELECT id, observations, connections, results FROM subject WHERE run=?")
        return {row[0]: Saved(row[1], row[2], row[3]) for row in rows}

    def save(
        self,
        subject: str,
        observations: bytes,
        results: Iterable[ResultRecord],
        connections: int,
    ) -> None:
        """One subject is done: all of it is written, or nothing. A second time changes nothing."""
        rows = _numbered(self._run, subject, results)
        entry = (self._run, subject, len(rows), connections, observations)
        with self._writing, _transaction(self._database) as database:
            added = database.execute(
                "INSERT INTO subject VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", entry
            )
            if added.rowcount:
                database.executemany("INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def attempt(self, subject: str, what: str) -> None:
        """Note a sign-in before it is sent: after an interruption it is never sent again."""
        entry = (self._run, subject, what, _now())
        with self._writing, _transaction(self._database) as database:
            database.execute("INSERT INTO attempt VALUES (?, ?, ?, ?)", entry)

    def attempted(self, subject: str) -> tuple[str, ...]:
        """What was already sent to that subject in this run, in order."""
        rows = self._rows("SELECT what FROM attempt WHERE run=? AND subject=?", subject)
        return tuple(row[0] for row in rows)

    def last(self, subject: str, what: str) -> str:
        """When that was sent to the subject last, in this run or an earlier one; empty if never."""
        with self._writing:
            row = self._database.execute(
                "SELECT max(sent) FROM attempt WHERE subject=? AND what=?", (subject, what)
            ).fetchone()
        return str(row[0] or "")

    def results(self, subject: str) -> tuple[ResultRecord, ...]:
        """The results of a subject that is done."""
        rows = self._rows(
            "SELECT body FROM result WHERE run=? AND subject=? "
            "ORDER BY judged_by, authority, ordinal",
            subject,
        )
        return tuple(msgspec.json.decode(row[0], type=ResultRecord) for row in rows)

    def count(self) -> Count:
        """How much is there; `announced` and `rows` are equal, or the journal is damaged."""
        subjects, announced = self._rows(
            "SELECT count(*), coalesce(sum(results), 0) FROM subject WHERE run=?"
        )[0]
        rows = self._rows("SELECT count(*) FROM result WHERE run=?")[0][0]
        return Count(subjects, announced, rows)

    def finish(self) -> None:
        """The run is written elsewhere: nothing is left to resume, older runs are dropped."""
        with self._writing, _transaction(self._database) as database:
            database.execute("UPDATE run SET finished=? WHERE id=?", (_now(), self._run))
            _drop(database, "id < ?", (self._run,))

    def close(self) -> None:
        """Let go of the file and of the lock."""
        self._database.close()
        os.close(self._lock)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, query: str, *values: str) -> list[Any]:
        with self._writing:
            return self._database.execute(query, (self._run, *values)).fetchall()


class _transaction:  # noqa: N801  (reads as a verb: with _transaction(database))
    """All statements inside, or none; on disk when it ends."""

    def __init__(self, database: "sqlite3.Connection") -> None:
        self._database = database

    def __enter__(self) -> "sqlite3.Connection":
        self._database.execute("BEGIN IMMEDIATE")
        return self._database

    def __exit__(self, failure: object, *_: object) -> None:
        self._database.execute("COMMIT" if failure is None else "ROLLBACK")


def _locked(path: Path) -> int:
    """The held lock; the kernel drops it when the process ends, however it ends."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise UsageError(f"another audit of this inventory is running ({path} is locked)") from None
    return lock


def _database(path: Path) -> "sqlite3.Connection":
    import sqlite3  # 6 ms only an audit owes

    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # sqlite3 would create it 0644
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.executescript(TABLES)
    except sqlite3.DatabaseError as error:
        database.close()
        raise RempartError(f"{path}: expected a journal, found: {error}; move it away") from None
    return database


def _unfinished(database: "sqlite3.Connection", pins: Mapping[str, str]) -> int | None:
    """The latest unfinished run; raises ResumeRefused when what it was pinned to has changed."""
    row = database.execute(
        "SELECT id, started, pins FROM run WHERE finished IS NULL ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    held = msgspec.json.decode(row[2], type=dict[str, str])
    changed = [name for name in sorted({*held, *pins}) if held.get(name) != pins.get(name)]
    if changed:
        raise ResumeRefused(
            f"the run begun at {row[1]} cannot be resumed: changed since: {', '.join(changed)}; "
            "start again without --resume"
        )
    return int(row[0])


def _begun(database: "sqlite3.Connection", pins: Mapping[str, str]) -> int:
    """A new run; finished ones make room, an unfinished one stays until this one is finished."""
    text = msgspec.json.encode(dict(pins), order="sorted").decode()
    with _transaction(database):
        _drop(database, "finished IS NOT NULL", ())
        row = database.execute("INSERT INTO run (started, pins) VALUES (?, ?)", (_now(), text))
    return int(row.lastrowid or 0)


def _drop(database: "sqlite3.Connection", which: str, values: tuple[int, ...]) -> None:
    """Drop runs and what is theirs; what is sent seldom stays, as no run's any more."""
    runs = f"run IN (SELECT id FROM run WHERE {which})"  # noqa: S608  (fixed words)
    seldom = f"what GLOB '{SELDOM}*'"
    database.execute(f"UPDATE attempt SET run=0 WHERE {runs} AND {seldom}", values)  # noqa: S608  (fixed words)
    for table in ("result", "subject", "attempt"):
        database.execute(f"DELETE FROM {table} WHERE {runs}", values)  # noqa: S608  (fixed words)
    database.execute(f"DELETE FROM run WHERE {which}", values)  # noqa: S608  (fixed words)


def _numbered(run: int, subject: str, results: Iterable[ResultRecord]) -> list[tuple[Any, ...]]:
    """Rows with an ordinal among the results of one check by one authority."""
    counted: dict[tuple[str, str], int] = {}
    rows = []
    for record in results:
        pair = (record.check, record.authority or "")
        ordinal = counted[pair] = counted.get(pair, 0) + 1
        body = msgspec.json.encode(record)
        rows.append((run, subject, *pair, ordinal, record.outcome, record.fingerprint, body))
    return rows


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()
