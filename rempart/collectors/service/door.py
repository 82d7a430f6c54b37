"""One question to a door, in its own protocol, as a monitor asks: who is there, and for whom?"""

import re
import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.endpoint import Endpoint
from rempart.collectors.text import clean
from rempart.collectors.tls.asking import Asking
from rempart.collectors.tls.flight import Flight
from rempart.collectors.tls.hello import USUAL_SUITES, Offer
from rempart.collectors.tls.reach import PATIENCE, Reach
from rempart.collectors.tls.starttls import AT_ONCE, BEFORE
from rempart.errors import Refused, Truncated, Unreachable, Unresolved
from rempart.observations.doors import OpenDoor
from rempart.scope.targets import split

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.raw import Talk

LONGEST: Final = 120
CAP: Final = 16384
PORTS: Final = {
    "smtp": 25,
    "ssh": 22,
    "ldap": 389,
    "imap": 143,
    "postgresql": 5432,
    "redis": 6379,
    "rdp": 3389,
    "elasticsearch": 9200,
    "mongodb": 27017,
    "vpn": 443,
    "citrix": 443,
    "sftp": 22,
    "moveit": 443,
    "api": 443,
}
# What it says of itself, whether it encrypts, whether it serves who did not sign in.
Found: TypeAlias = tuple[
    str, "Seen[bool | None]", "Seen[bool | None]"
]  # speaks, encrypted, anonymous
_TITLE: Final = re.compile(rb"<title[^>]*>([^<]{0,200})", re.IGNORECASE)


def place(subject: Any) -> Endpoint:  # noqa: ANN401
    """Where the door is; its key is the protocol, stable when the address changes."""
    host, port = split(subject.connect)
    return Endpoint(host, host, port or PORTS[subject.protocol], subject.protocol)


def reach(subject: Any, access: "Access") -> Reach:  # noqa: ANN401
    """The way to its TLS, after what its protocol says first."""
    where = place(subject)
    at_once = where.port == AT_ONCE.get(subject.protocol)
    return Reach(access, where, None if at_once else BEFORE.get(subject.protocol))


def open_door(subject: Any, access: "Access") -> OpenDoor:  # noqa: ANN401
    """What the door says to somebody without an account. Raises CollectError but Unreachable.

    One that takes a connection and drops it was reached: that is no closed door.
    """
    protocol, where = subject.protocol, place(subject)
    source = f"{protocol} at {where}"
    try:
        access.addresses(where.host, where.port)
    except Unreachable as error:
        raise Unresolved(str(error)) from None  # a name without an address is no closed door
    before = access.reached
    try:
        if protocol in _WEB:
            return _web(subject, access, where, source)
        speaks, encrypted, anonymous = _asked(protocol, subject, access, where)
    except Unreachable as error:
        if access.reached == before:
            return OpenDoor(protocol, False, key=protocol, source=source)
        lost = Unknown(error.reason, str(error))
        return OpenDoor(protocol, True, "", lost, lost, lost, key=protocol, source=source)
    said = clean(speaks)[:LONGEST]
    return OpenDoor(protocol, True, said, encrypted, anonymous, key=protocol, source=source)


def _asked(protocol: str, subject: Any, access: "Access", where: Endpoint) -> Found:  # noqa: ANN401
    from rempart.transport.raw import talk

    if where.port == AT_ONCE.get(protocol):
        return "", _shakes(subject, access, where), None
    with talk(access, where.host, where.port, patience=PATIENCE) as line:
        try:
            return QUESTIONS[protocol](line)
        except (Truncated, Unreachable) as error:  # reached, but not understood
            return "", Unknown(error.reason, str(error)), None


def _shakes(subject: Any, access: "Access", where: Endpoint) -> Seen[bool | None]:  # noqa: ANN401
    from rempart.transport.tls import handshake

    try:
        handshake(access, where.host, where.port, server_name=where.name, ca=subject.ca)
    except Refused as error:
        return Unknown(error.reason, str(error))
    return True


def _started(line: "Talk", protocol: str) -> Found:
    """A protocol that begins in clear text and may go on over TLS."""
    try:
        BEFORE[protocol](line)
    except Refused:
        return "", False, None
    return "", True, None


def _redis(line: "Talk") -> Found:
    line.send(b"PING\r\n")
    said = line.read(lambda raw: b"\r\n" in raw, CAP)
    if not said:
        return "closes without a word", None, None
    return said.decode("latin-1").strip(), False, said.startswith(b"+PONG")


def _elasticsearch(line: "Talk") -> Found:
    line.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    said = line.read(lambda raw: False, CAP)
    if not said.startswith(b"HTTP/"):
        return "no plain HTTP", True if said[:1] == b"\x15" or not said else None, None
    head, _, body = said.partition(b"\r\n\r\n")
    number = re.search(rb'"number"\s*:\s*"([0-9.]{1,20})"', body)
    version = (
        f"Elasticsearch {number[1].decode()}"
        if number
        else head.split(b"\r\n")[0].decode("latin-1")
    )
    return version, False, b" 200" in head.split(b"\r\n")[0]


def _mongodb(line: "Talk") -> Found:
    """`hello` in an OP_MSG; what it answers says the version of its protocol only."""
    document = b"\x10hello\x00\x01\x00\x00\x00\x02$db\x00\x06\x00\x00\x00admin\x00\x00"
    document = struct.pack("<i", len(document) + 4) + document
    body = struct.pack("<iib", 0, 0, 0)[:5] + document
    message = struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body
    line.send(message)
    said = line.read(
        lambda raw: len(raw) >= 4 and len(raw) >= int.from_bytes(raw[:4], "little"), CAP
    )
    if len(said) < 16 or said[12:16] != struct.pack("<i", 2013):
        return "", None, None
    wire = re.search(rb"\x10maxWireVersion\x00(....)", said, re.DOTALL)
    return f"wire version {struct.unpack('<i', wire[1])[0]}" if wire else "", False, None


def _rdp(line: "Talk") -> Found:
    """A connection request that offers TLS and network level authentication (MS-RDPBCGR)."""
    asked = bytes.fromhex("030000130ee000000000000100080003000000")
    line.send(asked)
    said = line.read(lambda raw: len(raw) >= 4 and len(raw) >= raw[3], CAP)
    if len(said) >= 19 and said[11] == 2:
        chosen = int.from_bytes(said[15:19], "little")
        words = {0: "no TLS", 1: "TLS", 2: "network level authentication", 8: "early authorisation"}
        return words.get(chosen, f"protocol {chosen}"), chosen != 0, None
    return "", False if said[:1] == b"\x03" else None, None


QUESTIONS: Final[dict[str, Callable[["Talk"], Found]]] = {
    "smtp": lambda line: _started(line, "smtp"),
    "imap": lambda line: _started(line, "imap"),
    "ldap": lambda line: _started(line, "ldap"),
    "postgresql": lambda line: _started(line, "postgresql"),
    "redis": _redis,
    "elasticsearch": _elasticsearch,
    "mongodb": _mongodb,
    "rdp": _rdp,
}
_WEB: Final = frozenset({"vpn", "citrix", "moveit", "api"})


def _web(subject: Any, access: "Access", where: Endpoint, source: str) -> OpenDoor:  # noqa: ANN401
    """One page: the product as it names itself, and whether a certificate is asked for."""
    from rempart.transport.http import Session

    url = f"https://{where}/"
    asks = _asks(subject, access) if subject.protocol == "api" else None
    speaks, anonymous = "", None
    try:
        with Session(access, url, ca=subject.ca) as session:
            answer = session.get(url)
        speaks = ", ".join(_names(answer.header("server"), answer.body))
        anonymous = answer.status == 200 if subject.protocol == "api" else None
    except Refused:
        if asks is not True:
            raise
        anonymous = False  # who shows no certificate is not served
    said, protocol = clean(speaks)[:LONGEST], subject.protocol
    return OpenDoor(protocol, True, said, True, anonymous, asks, key=protocol, source=source)


def _names(server: str | None, body: bytes) -> Iterator[str]:
    title = _TITLE.search(body)
    for words in (server, title and title[1].decode("utf-8", "replace")):
        if words and words.strip():
            yield words.strip()


def _asks(subject: Any, access: "Access") -> Seen[bool | None]:  # noqa: ANN401
    """Whether it asks its client for a certificate; TLS 1.2 says so in the clear."""
    way = reach(subject, access)
    asking = Asking(way.asking(way.addresses()[0]), way.place.name)
    found = asking.flight(Offer("TLSv1.2", USUAL_SUITES))
    if isinstance(found, Flight) and found.chosen.version == "TLSv1.2":
        return found.asks
    return Unknown(Reason.UNRESOLVED, "TLS 1.3 alone: the request for a certificate is encrypted")
