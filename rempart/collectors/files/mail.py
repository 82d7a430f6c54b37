"""Messages and mailboxes: texts decoded, attachments handed on.

The bodies are split by their boundaries and decoded here, at the speed of `binascii`; `email` reads
the headers. Sources: RFC 2045 to 2047, RFC 4155 (mbox).
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

from rempart.errors import Limited

LONGEST: Final = 64 << 20  # bytes of one message
HEADERS: Final = 1 << 18
PARTS: Final = 1000  # of one message
DEPTH: Final = 10
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/=]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One leaf of a message, decoded."""

    name: str
    type: str  # such as text/plain
    content: bytes


def messages(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The messages of a mailbox. Raises Limited for one that is longer than any mail."""
    left = b"\n"
    for piece in pieces:
        left += piece
        *ended, left = re.split(rb"\n(?=From \S[^\n]{0,120}\d{4})", left)
        yield from (one for one in ended if one.strip())
        if len(left) > LONGEST:
            raise Limited(f"a message of more than {LONGEST >> 20} MiB")
    if left.strip():
        yield left


def leaves(message: bytes) -> Iterator[Piece]:
    """What a message holds: its headers as text, then each body and attachment, decoded."""
    if message.lstrip()[:5] == b"From ":
        message = message.lstrip().partition(b"\n")[2]
    waiting = [(message, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > PARTS:
            raise Limited(f"a message of more than {PARTS} parts")
        headers, body = _split(part)
        yield Piece("", "text/plain", _shown(headers))
        type_ = headers.get_content_type()
        boundary = headers.get_boundary()
        if type_.startswith("multipart/") and boundary:
            if depth >= DEPTH:
                raise Limited(f"parts within each other deeper than {DEPTH}")
            waiting += [(one, depth + 1) for one in reversed(_parts(body, boundary))]
            continue
        content = _decoded(body, str(headers.get("content-transfer-encoding", "")).lower())
        if type_ == "message/rfc822" and depth < DEPTH:
            waiting.append((content, depth + 1))
            continue
        yield Piece(str(headers.get_filename("") or ""), type_, content)


def _split(part: bytes) -> tuple[Message, bytes]:
    start = len(part) - len(part.lstrip(b"\r\n")) if part[:1] in b"\r\n" else 0
    if start:  # a part without headers
        return Message(), part[start:]
    match = _BLANK.search(part, 0, HEADERS)
    head, body = (part[: match.start()], part[match.end() :]) if match else (part[:HEADERS], b"")
    return BytesHeaderParser().parsebytes(head + b"\n\n"), body


def _shown(headers: Message) -> bytes:
    """Subject and names, decoded as far as they can be."""
    from email.header import decode_header

    found = []
    for name in ("subject", "from", "to", "cc"):
        try:
            pieces = decode_header(str(headers.get(name, ""))[:4096])
        except (ValueError, LookupError, binascii.Error):
            continue
        found.append(b" ".join(one if isinstance(one, bytes) else one.encode("utf-8", "replace")
                               for one, _ in pieces))  # fmt: skip
    return b"\n".join(found)


def _parts(body: bytes, boundary: str) -> list[bytes]:
    mark = b"\n--" + boundary.encode("utf-8", "surrogateescape")
    found = (b"\n" + body).split(mark, PARTS + 1)[1:]
    parts = []
    for one in found:
        if one.startswith(b"--"):
            break
        parts.append(one.partition(b"\n")[2])
    return parts


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding.startswith("base64"):
        text = _NOT_BASE64.sub(b"", body)
        try:
            return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
        except binascii.Error:
            return binascii.a2b_base64(text[: len(text) // 4 * 4 - 4] or b"")
    if encoding.startswith("quoted-printable"):
        return quopri.decodestring(body)
    return body
