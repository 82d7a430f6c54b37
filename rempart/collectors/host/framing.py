"""Framed answers: what came back whole, and for the rest the reason it did not.

    ==rempart NONCE start 1
    ==rempart NONCE begin sshd
    port 22
    ==rempart NONCE end sshd 0 cksum 1245312345 7
    ==rempart NONCE done 1

Between `start 1 gzip` and the last marker the frames are packed. Whatever stands before the start
marker is a login shell talking. A section counts only when its
end marker is there and its bytes have the length and digest the host counted.
"""

import contextlib
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rempart.errors import CollectError, Limited, Privilege, Truncated, Unresolved

T = TypeVar("T")
VERSION = "1"
NEEDS_ROOT = 77
TIMED_OUT = 124
UNPACKED = 16_000_000  # bytes; a host may not fill our memory by packing zeros
_START = re.compile(rb"^==rempart ([0-9a-f]{16}) start (\d+)( gzip)?$", re.MULTILINE)
_END = re.compile(rb"(\d{1,3}) (cksum|sha256) ([0-9a-f]+) +(\d+)\n")
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


@dataclass(frozen=True, slots=True)
class Answer:
    """One section, whole: the exit status of its commands and what they printed."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The sections of one host by name: answered, or the reason why not.

    `captured` ones are files somebody handed over, not a host's own answers.
    """

    sections: Mapping[str, Answer | CollectError]
    captured: bool = False
    _made: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, make: Callable[["Answers"], T]) -> T:
        """What `make` makes of these answers, made once for all who read it; raises what it did."""
        if make not in self._made:
            try:
                self._made[make] = make(self)
            except CollectError as error:
                self._made[make] = error
        made = self._made[make]
        if isinstance(made, CollectError):
            raise made
        found: T = made
        return found

    def text(self, name: str) -> str:
        """What a section printed.

        Raises Privilege when it needed root, Truncated when it did not come back whole, Limited
        when its command hung, Unresolved when the command is not there or failed.
        """
        answer = self.sections.get(name) or Truncated(f"{name}: no answer")
        if isinstance(answer, CollectError):
            raise answer
        if answer.status:
            raise _failed(name, answer.status)
        return answer.text


def _failed(name: str, status: int) -> CollectError:
    if status == NEEDS_ROOT:
        return Privilege(f"{name}: needs root, and the account may not become root for it")
    if status == TIMED_OUT:
        return Limited(f"{name}: the command did not end in time")
    if status in (126, 127):
        return Unresolved(f"{name}: the command is not installed there")
    return Unresolved(f"{name}: the command failed with status {status}")


def answers(
    raw: bytes,
    names: Iterable[str],
    nonce: str | None = None,
    cut: type[CollectError] = Truncated,
) -> Answers:
    """The sections in what a host sent; one changed on its way is Truncated, one missing is `cut`.

    Without a nonce (a bundle) the start marker's own counts.
    """
    start = _start(raw, nonce)
    if start is None:
        return Answers(dict.fromkeys(names, cut("no answer to the collector's script")))
    body = raw[start.end() :]
    if start[3]:
        body = b"\n" + _unpacked(body.removeprefix(b"\n"))
    mark = b"==rempart " + start[1] + b" "
    return Answers({name: _section(body, mark, name, cut) for name in names})


def _unpacked(packed: bytes) -> bytes:
    """As much as came of what gzip packed; what is cut or no gzip ends there."""
    opened = zlib.decompressobj(wbits=31)
    found = b""
    with contextlib.suppress(zlib.error):
        for start in range(0, len(packed), 65536):
            found += opened.decompress(packed[start : start + 65536], UNPACKED - len(found))
            if len(found) >= UNPACKED or opened.eof:
                break
    return found


def _start(raw: bytes, nonce: str | None) -> re.Match[bytes] | None:
    for start in _START.finditer(raw):
        if (nonce is None or start[1] == nonce.encode()) and start[2] == VERSION.encode():
            return start
    return None


def _section(body: bytes, mark: bytes, name: str, cut: type[CollectError]) -> Answer | CollectError:
    begin = b"\n" + mark + b"begin " + name.encode() + b"\n"
    end = b"\n" + mark + b"end " + name.encode() + b" "
    if body.count(begin) != 1 or body.count(end) != 1:
        return cut(f"{name}: the answer was cut")
    first = body.index(begin) + len(begin)
    last = body.index(end)
    told = _END.match(body, last + len(end))
    content = body[first:last]
    if told is None or not _intact(content, told[2], told[3], int(told[4])):
        return Truncated(f"{name}: the answer was changed on its way")
    return Answer(int(told[1]), content.decode("utf-8", "replace"))


def _intact(content: bytes, kind: bytes, told: bytes, length: int) -> bool:
    if len(content) != length:
        return False
    if kind == b"cksum":
        return told == str(cksum(content)).encode()
    return told == hashlib.sha256(content).hexdigest().encode()


def cksum(content: bytes) -> int:
    """The CRC that POSIX cksum prints, by way of zlib's, which reads each byte from its other end.

    Source: POSIX.1-2017, cksum; the octets of the length are appended, lowest first.
    """
    length = len(content)
    octets = length.to_bytes((length.bit_length() + 7) // 8, "little")
    backward = zlib.crc32((content + octets).translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{backward:032b}"[::-1], 2) ^ 0xFFFFFFFF


def framed(nonce: str, sections: Mapping[str, Answer]) -> bytes:
    """Answers as a host frames them, for a demonstration host and for recordings."""
    mark = f"==rempart {nonce} "
    parts = [f"\n{mark}start {VERSION}\n".encode()]
    for name, answer in sections.items():
        content = answer.text.encode()
        end = f"\n{mark}end {name} {answer.status} cksum {cksum(content)} {len(content)}\n"
        parts += [f"{mark}begin {name}\n".encode(), content, end.encode()]
    return b"".join([*parts, f"{mark}done {len(sections)}\n".encode()])
