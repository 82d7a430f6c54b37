"""One text of a repository, read and searched: secrets, and numbers of insured persons."""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from rempart.check import Gap, Observation
from rempart.collectors.repository.secrets.people import people
from rempart.collectors.repository.secrets.places import apart
from rempart.collectors.repository.secrets.rules import rules
from rempart.collectors.repository.secrets.search import MOST, Search
from rempart.collectors.tree import opened
from rempart.errors import Reason
from rempart.observations.exposure import LiteralSecret

HEAD: Final = 8_192  # bytes that tell a text from other files
DELIMITED: Final = (".csv", ".tsv", ".psv", ".tab")
RECORDS: Final = (".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".xml")
SEALED: Final = (
    b"$ANSIBLE_VAULT;",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"age-encryption.org/",
    b"\0GITCRYPT\0",
)
_UTF16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class Text:
    """The start of a file as UTF-8; empty for what is no text or encrypted as a whole."""

    __slots__ = ("content", "whole")

    def __init__(self, content: bytes, whole: bool) -> None:
        self.content = content
        self.whole = whole


def text_of(root: Path, raw: bytes, cap: int) -> Text:
    """The text of a file, up to `cap` bytes of it. Raises CollectError when it cannot be opened."""
    with os.fdopen(opened(root, raw), "rb") as file:
        head = file.read(HEAD)
        encoding = _UTF16.get(head[:2])
        if head.startswith(SEALED) or (b"\0" in head and not encoding):
            return Text(b"", True)
        content = head + file.read(cap + 1 - len(head))
    whole = len(content) <= cap
    content = content[:cap]
    if encoding:
        content = content[2:].decode(encoding, "replace").encode("utf-8", "replace")
    return Text(content.removeprefix(b"\xef\xbb\xbf"), whole)


@lru_cache(maxsize=2)
def search(file: str) -> Search:
    """Our own rules, and those of a file where one is named, made ready."""
    return Search(rules(file))


def searched(path: str, content: bytes, file: str = "") -> Iterator[Observation | Gap]:
    """What a text holds that should not be in a repository."""
    if not content:
        return
    found = list(search(file).secrets(path, content))
    yield from found
    if len(found) >= MOST:
        detail = f"holds {MOST} secrets or more; the first were told"
        yield Gap(LiteralSecret.__name__, Reason.LIMIT, detail, key=path, source=path)
    yield from people(path, content)
    if path.lower().endswith(DELIMITED):
        from rempart.collectors.repository.secrets.records import records

        yield from records(path, content)
    elif path.lower().endswith(RECORDS) and apart(path):
        from rempart.collectors.repository.secrets.records import fields

        yield from fields(path, content)
