"""How much one subject may be asked: connections, requests, new connections a second."""

import threading
import time
from collections.abc import Callable

from rempart.errors import Limited

BURST = 10


class Budget:
    """Counts what was used; raises Limited when something is used up."""

    def __init__(
        self,
        *,
        connections: int = 200,
        requests: int = 400,
        per_second: float = 50,
        burst: int = BURST,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self.allowed_connections = connections
        self.allowed_requests = requests
        self.per_second = per_second
        self.connections = 0
        self.requests = 0
        self._burst = burst
        self._wait = wait
        self._lock = threading.Lock()
        self._tokens = float(burst)
        self._filled = time.monotonic()

    def connect(self, patience: float) -> None:
        """Count one new connection, after its turn came; `patience` is seconds it may wait."""
        with self._lock:
            if self.connections >= self.allowed_connections:
                raise Limited(f"the {self.allowed_connections} connections allowed were used up")
            pause = self._pause()
            if pause > patience:
                raise Limited(f"no time left at {self.per_second:g} new connections a second")
            self.connections += 1
            self._tokens -= 1
        if pause > 0:
            self._wait(pause)

    def request(self) -> None:
        """Count one request."""
        with self._lock:
            if self.requests >= self.allowed_requests:
                raise Limited(f"the {self.allowed_requests} requests allowed were used up")
            self.requests += 1

    def _pause(self) -> float:
        """Seconds until a token is there; tokens may be owed, so that those who wait queue up."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._filled) * self.per_second)
        self._filled = now
        return max(0.0, (1 - self._tokens) / self.per_second)
