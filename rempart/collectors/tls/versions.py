"""Which protocol versions an endpoint offers, asked with raw hellos, one connection a version."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from rempart.check import Gap, Reason, Unknown
from rempart.collectors.tls.answer import Alert, Answer, Chosen
from rempart.collectors.tls.asking import AT_ONCE, Ask
from rempart.collectors.tls.flight import Flight, flight, said_all
from rempart.collectors.tls.hello import hello
from rempart.errors import CollectError, Refused, Truncated, Unreachable
from rempart.observations.tls import TlsVersion

CURRENT = ("TLSv1.2", "TLSv1.3")
OLD = ("TLSv1.1", "TLSv1", "SSLv3", "SSLv2")
# An alert that speaks of the version or of the hello itself. Others may have another cause.
DECISIVE = frozenset(
    {
        *("protocol_version", "handshake_failure", "insufficient_security", "illegal_parameter"),
        *("SSLv2 error", "no SSLv2 cipher in common"),
    }
)


@dataclass(slots=True)
class Enumeration:
    """What one endpoint answered so far; `flights` are its answers where it took the version."""

    ask: Ask
    name: str
    place: str
    offered: dict[str, bool | Unknown] = field(default_factory=dict)
    garbled: dict[str, str] = field(default_factory=dict)
    failed: dict[str, CollectError] = field(default_factory=dict)
    flights: dict[str, Flight] = field(default_factory=dict)

    def run(self, *, old: bool) -> Iterator[TlsVersion | Gap]:
        """One observation a version, or a gap where the answer was no TLS.

        Raises the first failure when no hello at all got an answer.
        """
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hello") as pool:
            list(pool.map(self._first, (*CURRENT, *OLD) if old else CURRENT))
        if not self.offered and not self.garbled:
            raise next(self.failed[one] for one in (*CURRENT, *OLD) if one in self.failed)
        for version in (*CURRENT, *OLD):
            if version in self.failed:
                self.offered[version] = self._again(version, self.failed[version])
        for version in OLD if not old else ():
            self.offered[version] = Unknown(
                Reason.NOT_AUTHORISED, f"{version} is asked only where the mandate allows active"
            )
        for version in (*CURRENT, *OLD):
            source = f"{version} hello to {self.place}"
            if version in self.garbled:
                cut = self.garbled[version]
                yield Gap("TlsVersion", Reason.TRUNCATED, cut, key=version, source=source)
            else:
                yield TlsVersion(version, self.offered[version], key=version, source=source)

    def _first(self, version: str) -> None:
        try:
            found = self._asked(version)
        except Truncated as error:
            self.garbled[version] = str(error)
        except CollectError as error:
            self.failed[version] = error
        else:
            if isinstance(found, Alert) and not _decides(version, found):
                self.failed[version] = Refused(f"alert {found.name}")
            else:
                self.offered[version] = isinstance(found, Chosen) and found.version == version

    def _again(self, version: str, why: CollectError) -> bool | Unknown:
        """A short hello, then one the endpoint is known to answer: silence alone proves nothing."""
        if not isinstance(why, Unreachable | Refused):
            return Unknown(why.reason, str(why))
        try:
            return self._short(version, why)
        except Unreachable as error:
            why = error
        except CollectError as error:
            return Unknown(error.reason, str(error))
        return self._control(why)

    def _short(self, version: str, why: CollectError) -> bool | Unknown:
        found = self._asked(version, usual=True)
        if isinstance(found, Chosen):
            return found.version == version
        return False if found.name in DECISIVE else self._control(why)

    def _control(self, why: CollectError) -> bool | Unknown:
        """False when the endpoint still answers a version it offers: it is this one it refuses."""
        known = next((name for name, seen in self.offered.items() if seen is True), "")
        try:
            if known and isinstance(self._asked(known), Chosen):
                return False
        except CollectError as error:
            why = error
        return Unknown(why.reason, str(why))

    def _asked(self, version: str, *, usual: bool = False) -> Answer:
        """The answer. Raises Unreachable when the connection ended without one."""
        raw = self.ask(hello(version, self.name, usual=usual), said_all)
        if version == "SSLv2" and raw.startswith(b"HTTP/"):
            return Alert("SSLv2 error")  # a web server that took the hello for a bad request
        found = flight(raw)
        if isinstance(found, Flight):
            if found.chosen.version == version:
                self.flights.setdefault(version, found)
            return found.chosen
        if found is not None:
            return found
        if raw:
            raise Truncated("the connection ended in the middle of the answer")
        raise Unreachable("the hello was not answered")


def _decides(version: str, alert: Alert) -> bool:
    """SSLv3 is asked with a server name, which it never had: complaints may be of that."""
    return alert.name in DECISIVE - ({"illegal_parameter"} if version == "SSLv3" else set())
