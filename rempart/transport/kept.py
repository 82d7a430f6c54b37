"""Connections kept while subjects of one audit still need them: one a host, used in turn."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from rempart.errors import CollectError, Limited, Reason

# Reasons that hold for whoever would dial next: asking again could lock the account out.
LASTING = frozenset({Reason.REFUSED, Reason.UNREACHABLE, Reason.TRUNCATED})
PATIENCE = 3600.0  # seconds; whoever is before one's turn has a deadline of their own


class Connection(Protocol):
    """A connection that somebody opened and others may use."""

    def usable(self) -> bool:
        """Whether it is still there."""


Opened: TypeAlias = AbstractContextManager[Connection]


@dataclass(slots=True)
class _Line:
    """One host's connection; whoever holds `turn` may use it."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    held: ExitStack = field(default_factory=ExitStack)
    connection: Connection | None = None
    failed: CollectError | None = None

    def close(self) -> None:
        self.connection = None
        self.held.close()


class Kept:
    """The connections of one audit. `users` are the subjects that need each host's connection."""

    def __init__(self, users: Mapping[str, Iterable[str]]) -> None:
        self._users = {host: set(subjects) for host, subjects in users.items()}
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> "Kept":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def turn(self, access: Any, host: str, opened: Callable[[], Opened]) -> Iterator[Any]:  # noqa: ANN401
        """The host's connection, for as long as the block runs; opened where there is none.

        The clock of who waits for others stands still. Raises what the first attempt raised where
        another one could not go better.
        """
        with self._lock:
            line = self._lines.setdefault(host, _Line())
        with access.waiting():
            begun = line.turn.acquire(timeout=PATIENCE)
        if not begun:
            raise Limited(f"no turn at the connection of {host}")
        try:
            yield self._connected(line, opened)
        except BaseException:
            if line.connection is not None and not line.connection.usable():
                line.close()
            raise
        finally:
            if host not in self._users:
                line.close()
            line.turn.release()

    def done(self, subject: str) -> None:
        """A subject needs nobody any more: connections that nobody else needs are closed."""
        with self._lock:
            ended = []
            for host, users in list(self._users.items()):
                users.discard(subject)
                if not users:
                    del self._users[host]
                    ended.append(self._lines.get(host))
        for line in ended:
            if line is not None and line.turn.acquire(blocking=False):
                line.close()
                line.turn.release()

    def close(self) -> None:
        """Close all of them, in use or not."""
        with self._lock:
            lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            line.close()

    def _connected(self, line: _Line, opened: Callable[[], Opened]) -> Connection:
        if line.failed is not None:
            raise line.failed
        if line.connection is not None and line.connection.usable():
            return line.connection
        line.close()
        try:
            line.connection = line.held.enter_context(opened())
        except CollectError as error:
            if error.reason in LASTING:
                line.failed = error
            raise
        return line.connection


def users(subjects: Iterable[Any]) -> dict[str, set[str]]:
    """For each host: itself, and the subjects that stand on it."""
    found: dict[str, set[str]] = {}
    for subject in subjects:
        host = subject.id if subject.kind == "host" else getattr(subject, "on", "")
        if host:
            found.setdefault(host, set()).add(subject.id)
    return found
