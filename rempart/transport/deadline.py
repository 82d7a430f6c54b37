"""The moment a subject's time is up, and the one thread that shuts its sockets then.

No library below has a total deadline: a server that sends one byte a second outlives every read
timeout. Shutting the socket ends each of them, wherever it waits.
"""

import contextlib
import heapq
import itertools
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator

from rempart.errors import Limited


class Alarm:
    """Calls back at given moments from one thread, which lives only while something is due."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._pending: set[int] = set()
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._running = False

    def at(self, moment: float, action: Callable[[], None]) -> int:
        """Have an action called at a moment of `time.monotonic`; returns what `cancel` takes."""
        with self._changed:
            number = next(self._numbers)
            soonest = not self._due or moment < self._due[0][0]
            heapq.heappush(self._due, (moment, number, action))
            self._pending.add(number)
            if not self._running:
                self._running = True
                threading.Thread(target=self._ring, name="rempart-deadlines", daemon=True).start()
            elif soonest:
                self._changed.notify()
            return number

    def cancel(self, number: int) -> None:
        """Forget an action that is no longer wanted."""
        with self._changed:
            self._pending.discard(number)
            if not self._pending:
                self._due.clear()
                self._changed.notify()
            elif len(self._due) > 64 and len(self._due) > 4 * len(self._pending):
                self._due = [entry for entry in self._due if entry[1] in self._pending]
                heapq.heapify(self._due)

    def _ring(self) -> None:
        while True:
            with self._changed:
                while self._due and self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic())
                if not self._due:
                    self._running = False
                    return
                _, number, action = heapq.heappop(self._due)
                wanted = number in self._pending
                self._pending.discard(number)
            if wanted:
                action()


_ALARM = Alarm()


class Deadline:
    """The time left for one subject; at its end every socket given to `watch` is shut."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._alarm: int | None = None
        self._over = False

    def remaining(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self.end - time.monotonic())

    @property
    def expired(self) -> bool:
        """Whether the time is up."""
        return self._over or time.monotonic() >= self.end

    def check(self, doing: str) -> None:
        """Raise Limited when the time is up."""
        if self.expired:
            raise Limited(f"{doing}: the {self.seconds:g} seconds allowed were used up")

    def watch(self, sock: socket.socket) -> None:
        """Shut this socket when the time is up, at once if it is."""
        with self._lock:
            self._sockets.add(sock)
            over = self.expired
            if self._alarm is None and not over:
                self._alarm = _ALARM.at(self.end, self._shut)
        if over:
            shut(sock)

    def forget(self, sock: socket.socket) -> None:
        """Leave this socket alone: others use it now."""
        with self._lock:
            self._sockets.discard(sock)

    @contextlib.contextmanager
    def standing(self) -> Iterator[None]:
        """The clock stands still while the block runs."""
        begun = time.monotonic()
        self._disarm()
        try:
            yield
        finally:
            self.end += time.monotonic() - begun
            with self._lock:
                if self._sockets and not self.expired:
                    self._alarm = _ALARM.at(self.end, self._shut)

    def _disarm(self) -> None:
        with self._lock:
            alarm, self._alarm = self._alarm, None
        if alarm is not None:
            _ALARM.cancel(alarm)

    def release(self) -> None:
        """Stop watching: nothing is open any more."""
        self._disarm()
        with self._lock:
            self._sockets.clear()

    def _shut(self) -> None:
        with self._lock:
            self._over = True
            self._alarm = None
            sockets = list(self._sockets)
        for sock in sockets:
            shut(sock)


def shut(sock: socket.socket) -> None:
    """Shut both directions of the connection below, whatever is layered on the socket.

    `SSLSocket.shutdown` would take the TLS object away from the thread that waits in it.
    """
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
