"""The table behind the pseudonyms of a report, kept on the payer's side and only when asked for."""

import contextlib
import csv
import io
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from rempart.errors import UsageError
from rempart.export.csv import cell

COLUMNS = ("subject", "pseudonym", "account")


@contextlib.contextmanager
def kept(path: Path | None, *, resumed: bool) -> "Iterator[Resolution | None]":
    """The table at that path; none where none was asked for."""
    if path is None:
        yield None
        return
    with contextlib.closing(Resolution(path, resumed=resumed)) as table:
        yield table


class Resolution:
    """A CSV file, readable by its owner alone, to which each log adds the accounts it reports."""

    def __init__(self, path: Path, *, resumed: bool = False) -> None:
        """Begin the file. Raises UsageError where one is there already, unless a run is resumed."""
        self._lock = threading.Lock()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self._file = os.open(path, flags if resumed else flags | os.O_EXCL, 0o600)
        except FileExistsError:
            raise UsageError(f"{path}: is there already; rempart does not overwrite it") from None
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
        os.fchmod(self._file, 0o600)
        if not os.fstat(self._file).st_size:
            self._add([COLUMNS])

    def __call__(self, subject: str, accounts: Mapping[str, str]) -> None:
        """Add the accounts of one log, by pseudonym; written at once."""
        self._add([(subject, pseudonym, account) for pseudonym, account in accounts.items()])

    def close(self) -> None:
        """Nothing more is added."""
        with self._lock:
            os.close(self._file)
            self._file = -1

    def _add(self, rows: list[tuple[str, str, str]]) -> None:
        out = io.StringIO(newline="")
        csv.writer(out).writerows([list(map(cell, row)) for row in rows])
        with self._lock:
            if self._file >= 0:  # a log left behind at its deadline may come late
                os.write(self._file, out.getvalue().encode("utf-8", "replace"))
