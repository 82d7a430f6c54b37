"""One subject's access to the world: gated, counted, and over when its time is up."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlsplit

from rempart.errors import ContentError, Limited, NotAuthorised, Refused, Unreachable
from rempart.scope import Scope
from rempart.scope.addresses import literal, plain
from rempart.scope.targets import folded, split
from rempart.transport.budget import Budget
from rempart.transport.deadline import Deadline
from rempart.transport.kept import Kept

CONNECT_SECONDS = 10.0  # an address that swallows packets may not use up a subject's whole time
NAME_SECONDS = 5.0
GENTLE_PATIENCE = 10  # times as long where connections are opened one a second
BASTION_SESSIONS = 10  # sshd's MaxStartups refuses at random from the 10th unauthenticated one
_NEEDS_DOCUMENT = frozenset({"intrusive", "canary"})

# Takes a subject's id and the accounts behind its pseudonyms; only where the payer asked for that.
Register: TypeAlias = Callable[[str, Mapping[str, str]], None]

_bastions: dict[str, threading.BoundedSemaphore] = {}
_bastions_lock = threading.Lock()


class Attempts(Protocol):
    """Where sign-ins are noted before they are sent, and found again after an interruption."""

    def attempt(self, subject: str, what: str) -> None:
        """Note one."""

    def attempted(self, subject: str) -> tuple[str, ...]:
        """Those of this run, in order."""

    def last(self, subject: str, what: str) -> str:
        """When one was noted last, in any run (ISO 8601); empty if never."""


class Access:
    """What one collection of one subject goes through; `connections` is what it used."""

    def __init__(
        self,
        subject: Any,  # noqa: ANN401  (any kind of subject of an inventory)
        *,
        inventory: Any = None,  # noqa: ANN401
        scope: Scope | None = None,
        redactor: Any = None,  # noqa: ANN401
        budget: Budget | None = None,
        seconds: float = 60,
    ) -> None:
        self.subject = subject
        self.inventory = inventory
        self.scope = scope
        self.redactor = redactor
        self.budget = budget or Budget()
        self.deadline = Deadline(seconds)
        self.authorisation = getattr(inventory, "authorisation", None)
        self.register: Register | None = None
        self.journal: Attempts | None = None
        self.ask: Callable[[str], str] | None = None
        self.policies: Any = ()  # of the user's own, that are run on hosts
        self.policy_commands = False  # whether all of their commands may run, not only readers
        self.kept: Kept | None = None  # connections that several subjects of an audit share
        self.reached = 0  # connections that were taken, whatever became of them
        self._waited = 0.0
        self._waiting: float | None = None

    @classmethod
    def open(
        cls,
        subject: Any,  # noqa: ANN401
        inventory: Any,  # noqa: ANN401
        scope: Scope,
        redactor: Any = None,  # noqa: ANN401
        *,
        gentle: bool = False,
    ) -> "Access":
        """Access within the mandate, with the subject's own budget where it has one.

        `gentle` opens one connection a second at most, and has the time for it.
        """
        scope.settle()
        figures = _figures(subject, inventory)
        seconds = figures.pop("seconds", 60)
        if gentle:
            seconds *= GENTLE_PATIENCE
            figures |= {"per_second": min(figures.get("per_second", 1), 1), "burst": 1}
        return cls(
            subject,
            inventory=inventory,
            scope=scope,
            redactor=redactor,
            budget=Budget(**figures),
            seconds=seconds,
        )

    @classmethod
    def offline(cls, subject: Any, *, seconds: float = 60) -> "Access":  # noqa: ANN401
        """Access that reaches nothing, for files, repositories and recordings."""
        return cls(subject, seconds=seconds)

    def __enter__(self) -> "Access":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the deadline; sockets are their users' to close."""
        self.deadline.release()
        if self.kept is not None:
            self.kept.done(self.subject.id)

    @property
    def connections(self) -> int:
        """TCP connections opened so far."""
        return self.budget.connections

    def allows(self, intensity: str) -> bool:
        """Whether the mandate allows a probe of this intensity; passive always.

        What looks like an attack, and signing in, need the mandate's document besides.
        """
        if intensity == "passive":
            return True
        if self.authorisation is None or intensity not in map(str, self.authorisation.allow):
            return False
        return intensity not in _NEEDS_DOCUMENT or bool(self.authorisation.document)

    def attempt(self, what: str) -> None:
        """Note a sign-in before it is sent: it is never sent a second time."""
        if self.journal is not None:
            self.journal.attempt(self.subject.id, what)

    def attempted(self) -> tuple[str, ...]:
        """Sign-ins that this run sent to the subject before it was interrupted."""
        return () if self.journal is None else self.journal.attempted(self.subject.id)

    def last(self, what: str) -> str:
        """When that was sent to the subject last, in any run; empty if never."""
        return "" if self.journal is None else self.journal.last(self.subject.id, what)

    def dial(self, host: str, port: int, *, name: str = "") -> socket.socket:
        """A connected TCP socket that is shut when the time is up.

        `name` is whom it is for, when `host` is another address than that name's own. Raises
        NotAuthorised, Unreachable or Limited.
        """
        where = f"{host} port {port}"
        refused = "no address"
        for address in self.addresses(host, port, name=name):
            self.deadline.check(where)
            self.budget.connect(self.deadline.remaining())
            try:
                return self._connected(address, port)
            except OSError as error:
                self.deadline.check(where)
                refused = told(error)
        raise Unreachable(f"{where}: {refused}")

    def addresses(self, host: str, port: int, *, name: str = "") -> tuple[str, ...]:
        """The addresses of a host that are inside the mandate; raises NotAuthorised if none is."""
        if self.scope is None:
            raise NotAuthorised("no network for this subject")
        written = literal(host)
        if written is not None:
            found: tuple[str, ...] = (str(plain(written)),)
        else:
            self._may_resolve(host, port)
            self.deadline.check(host)
            name = name or host
            seconds = min(NAME_SECONDS, self.deadline.remaining())
            found = self.scope.pins.addresses(host, seconds=seconds)
        refusals = [self.scope.refusal(address, port, name) for address in found]
        inside = tuple(a for a, why in zip(found, refusals, strict=True) if why is None)
        if not inside:
            raise NotAuthorised(next((why for why in refusals if why), f"{host} has no address"))
        return inside

    @property
    def waited(self) -> float:
        """Seconds spent waiting for others of the same audit; they are not the subject's."""
        since = self._waiting
        return self._waited + (time.monotonic() - since if since is not None else 0.0)

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """The subject's clock stands still while it waits for its turn."""
        self._waiting = time.monotonic()
        try:
            with self.deadline.standing():
                yield
        finally:
            self._waited, self._waiting = self.waited, None

    def watch(self, sock: socket.socket) -> None:
        """Shut this socket too when the time is up; needed after it was wrapped."""
        self.deadline.watch(sock)

    def subject_named(self, name: str, kind: str) -> Any:  # noqa: ANN401
        """Another subject of the inventory; raises Refused when it has none of that id and kind."""
        for subject in getattr(self.inventory, "subjects", ()):
            if subject.id == name and subject.kind == kind:
                return subject
        raise Refused(f"the {kind} {name} is not in the inventory")

    @contextlib.contextmanager
    def bastion(self, host: Any) -> Iterator[None]:  # noqa: ANN401
        """A turn at a jump host, at most `sessions` of them at a time in this process."""
        sessions = getattr(host, "sessions", None) or BASTION_SESSIONS
        with _bastions_lock:
            turns = _bastions.setdefault(host.id, threading.BoundedSemaphore(sessions))
        if not turns.acquire(timeout=self.deadline.remaining()):
            raise Limited(f"no turn at the jump host {host.id} within the time allowed")
        try:
            yield
        finally:
            turns.release()

    def _connected(self, address: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(max(0.001, min(CONNECT_SECONDS, self.deadline.remaining())))
            sock.connect((address, port))
            self.reached += 1
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(None)
        except BaseException:
            sock.close()
            raise
        self.deadline.watch(sock)
        return sock

    def _may_resolve(self, host: str, port: int) -> None:
        """Names come from the mandate or the inventory; a target cannot make us ask for others."""
        assert self.scope is not None  # noqa: S101
        behind = getattr(self.inventory, "by_id", {}).get(getattr(self.subject, "database", ""))
        own = _own_names(self.subject) | _own_names(behind)
        if self.scope.lists(host, port) or folded(host) in own:
            return
        raise NotAuthorised(f"{host} port {port} is outside the scope of the mandate")


def told(error: OSError) -> str:
    """What the system says of a failed connection, without addresses or paths."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (error.strerror or type(error).__name__).lower()


def _own_names(subject: Any) -> frozenset[str]:  # noqa: ANN401
    """The host names the inventory itself gives for a subject."""
    found = set()
    for attribute in ("url", "ssh", "connect", "plain"):
        text = getattr(subject, attribute, None)
        if not isinstance(text, str) or not text:
            continue
        host = urlsplit(text).hostname if "://" in text else None
        if host is None and "://" not in text:
            with contextlib.suppress(ContentError):
                host = split(text.rpartition("@")[2])[0]
        if host:
            found.add(folded(host))
    return frozenset(found)


def _figures(subject: Any, inventory: Any) -> dict[str, Any]:  # noqa: ANN401
    """The budget of the mandate, figure by figure replaced by the subject's own."""
    found: dict[str, Any] = {}
    for owner in (getattr(inventory, "authorisation", None), subject):
        budget = getattr(owner, "budget", None)
        for figure in ("connections", "requests", "per_second", "seconds"):
            value = getattr(budget, figure, None)
            if value is not None:
                found[figure] = value
    return found
