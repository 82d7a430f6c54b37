"""One connection to a database server: its limits, and what goes wrong in words of our own.

The drivers are given a socket that was dialled inside the mandate; they open none. A server's
messages can hold values, so none of them is shown.
"""

import contextlib
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from rempart.errors import CollectError, Limited, NotAuthorised, Refused, Truncated
from rempart.transport import tls
from rempart.transport.access import Access, told
from rempart.transport.deadline import shut

ROWS: Final = 2000  # that come at once
LOCKED: Final = 10.0  # seconds that somebody else's lock is waited for
VALUE: Final = 4096  # characters of a value that are asked for
ANSWER: Final = 64 << 20  # bytes that so many rows may take
MOST: Final = 32 << 30  # bytes of one reading
MOST_ROWS: Final = 100_000_000
# What the drivers stumble over in answers that are none.
GARBLED: Final = (
    *(struct.error, ValueError, LookupError, TypeError, AttributeError),
    *(RuntimeError, AssertionError, ArithmeticError, NotImplementedError),
)


@dataclass(slots=True)
class Line:
    """One connection: whom it leads to, what was read through it, and when it must be over.

    `spare` is how many of the subject's seconds are kept for what comes after; `counts` says that
    nothing but counts and settings comes back.
    """

    access: Access
    host: str
    port: int
    ca: Path | None
    spare: float
    most_rows: int = MOST_ROWS
    most: int = MOST
    counts: bool = False
    raw: Any = None
    left: int = ANSWER
    files: list[Any] = field(default_factory=list)

    @property
    def where(self) -> str:
        """The server, for a person."""
        return f"{self.host} port {self.port}"

    def seconds(self) -> float:
        """What is left of the time, never quite nothing."""
        return max(0.05, self.access.deadline.remaining() - self.spare)

    def late(self) -> bool:
        """Whether the time for reading is over."""
        return self.access.deadline.remaining() <= self.spare + 0.1

    def dial(self) -> None:
        """Connect, inside the mandate."""
        self.raw = self.access.dial(self.host, self.port)
        allowed = self.counts or getattr(self.access.authorisation, "transit", "") == "sample"
        if not allowed and not self._local():
            raise NotAuthorised(
                "only counts may cross the network (transit: counts), and a table's rows would: "
                "audit on the database's own machine, or agree on transit: sample"
            )
        self.answer()

    def secure(self, alpn: tuple[str, ...] = ()) -> None:
        """Go on over TLS; a certificate that is not trusted ends it."""
        self.raw = tls.upgrade(
            self.access, self.raw, self.where, server_name=self.host, ca=self.ca, alpn=alpn
        )
        self.answer()

    def stay_plain(self) -> None:
        """Go on without TLS where nobody can listen. Raises Refused anywhere else."""
        if self.ca is not None or not self._local():
            raise Refused(f"{self.where}: the server offers no TLS, so nothing secret is sent")

    def answer(self) -> None:
        """Another answer may come, as long as there is time for it."""
        self.left = ANSWER
        self.raw.settimeout(self.seconds())

    def taken(self, size: int) -> None:
        """Count bytes before they are read. Raises Limited."""
        self.left -= size
        self.most -= size
        if self.left < 0:
            raise Limited(f"{self.where}: more than {ANSWER >> 20} MB in one answer")
        if self.most < 0:
            raise Limited(f"{self.where}: the bytes allowed for a table were used up")

    def counted(self, rows: int) -> None:
        """Count rows that were read. Raises Limited."""
        self.most_rows -= rows
        if self.most_rows < 0:
            raise Limited(f"{self.where}: the rows allowed for a table were used up")

    def socket(self) -> "Metered":
        """The connection as a driver takes it."""
        return Metered(self)

    def close(self) -> None:
        """Close it without another word to the server."""
        if self.raw is None:
            return
        shut(self.raw)
        for each in self.files:
            with contextlib.suppress(OSError, ValueError):
                each.close()
        self.raw.close()

    def _local(self) -> bool:
        return ip_address(self.raw.getpeername()[0].partition("%")[0]).is_loopback


class Metered:
    """A socket for a driver: it may read so much, and has no say in how long that takes."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def makefile(self, mode: str = "rb", *_: object) -> "_File":
        made = self._line.raw.makefile(mode)
        self._line.files.append(made)
        return _File(made, self._line)

    def settimeout(self, _: float | None) -> None:
        """Time is the line's to keep."""

    def sendall(self, data: bytes) -> None:
        self._line.raw.sendall(data)

    def close(self) -> None:
        self._line.close()


class _File:
    def __init__(self, file: Any, line: Line) -> None:  # noqa: ANN401
        self._file, self._line = file, line

    def read(self, size: int) -> bytes:
        self._line.taken(size)
        read: bytes = self._file.read(size)
        return read

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a driver's errors mean: by code, the kind of error and the words for it."""

    errors: tuple[type[Exception], ...]
    code: Any
    kinds: Mapping[str, tuple[type[CollectError], str]]


@contextlib.contextmanager
def in_words(line: Line, meanings: Meanings) -> Iterator[None]:
    """Turn whatever goes wrong inside into an error that may be shown."""
    try:
        yield
    except meanings.errors as error:
        raise _meant(line, meanings, meanings.code(error)) from None
    except OSError as error:
        raise _late(line) or _meant(line, meanings, "", told(error)) from None
    except GARBLED:
        raise _late(line) or Truncated(f"{line.where}: the answer is garbled") from None


def _late(line: Line) -> CollectError | None:
    return Limited(f"{line.where}: no answer in the time allowed") if line.late() else None


def _meant(line: Line, meanings: Meanings, code: str, words: str = "") -> CollectError:
    kind, meaning = meanings.kinds.get(code, (Refused, f"the server refused (error {code})"))
    late = _late(line)
    if late is not None and not issubclass(kind, Limited):
        return late
    return kind(f"{line.where}: {words or meaning}")
