"""Private keys in text by their first line, and whether a passphrase guards them."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

WORD: Final = b"private key"  # in lower case, in each of them
_KEY: Final = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ ){0,3})PRIVATE KEY(?: BLOCK)?-----")
# DER starts with a sequence (M and one of A to P), OpenSSH with its name; what else is long enough.
_BODY: Final = re.compile(
    rb"(?:\s|\\n|\\r|[|>\"',+.-]){0,200}"
    rb"(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): |M[A-P][A-Za-z0-9+/]|b3BlbnNzaC1rZXk"
    rb"|[A-Za-z0-9+/=]{40,})"
)
BODY: Final = 700


def private_keys(content: bytes) -> Iterator[tuple[int, int, bytes, bool]]:
    """Start, end, first bytes and openness of each key; false where a passphrase guards it.

    A first line alone, in a manual or in a program that looks for it, is no key.
    """
    for match in _KEY.finditer(content):
        body = content[match.end() : match.end() + BODY].partition(b"-----")[0]
        if _BODY.match(body) and b"EXAMPLE" not in body:
            sealed = b"ENCRYPTED" in match[1] or b"ENCRYPTED" in body[:80] or _openssh_sealed(body)
            kept = re.sub(rb"\\[nr]|[^A-Za-z0-9+/]", b"", body)
            yield match.start(), match.end() + len(body), kept, not sealed


def _openssh_sealed(body: bytes) -> bool:
    """Whether an OpenSSH key (PROTOCOL.key) names a cipher other than none."""
    try:
        raw = base64.b64decode(re.sub(rb"\\n|[^A-Za-z0-9+/]", b"", body)[:64])
    except binascii.Error:
        return False
    return raw.startswith(b"openssh-key-v1\0") and raw[19:23] != b"none"
