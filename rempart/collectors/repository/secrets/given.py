"""What a name says about its value, and whether a value is a secret that lies open.

A secret is looked at and never kept: what stays of it is a digest under a key that is drawn for
one run and forgotten, so that the same secret in two places can be counted and nobody can try
words against it, and its first two characters where it is long enough.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.check import Seen, Vantage
from rempart.collectors.text import clean
from rempart.documents import decode
from rempart.documents.kept import kept
from rempart.observations.exposure import LiteralSecret

TABLE = Path(__file__).parents[1] / "tables" / "secrets.yaml"
SETTING: Final = "setting"  # the rule of names that say they hold a secret
SHOWN: Final = 2  # characters of a secret
LONG: Final = 8  # characters of a secret of which two may be shown
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FILLED_IN: Final = re.compile(r"\$\{?(\w+)(?::?-([^}]*))?(?::?\?[^}]*)?\}?")
_KEY: ContextVar[bytes] = ContextVar("key of the digests", default=b"")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: tuple[tuple[str, str], ...]
    never: str
    placeholders: tuple[str, ...]
    references: tuple[str, ...]
    dull: tuple[str, ...]
    words: tuple[str, ...]


class _Names(msgspec.Struct, frozen=True):
    kinds: tuple[tuple[str, Any], ...]
    never: Any
    placeholders: Any
    references: Any
    dull: Any
    words: tuple[bytes, ...]


@lru_cache(maxsize=1)
def _names() -> _Names:
    table = decode(kept(TABLE), _Table)
    kinds = tuple((kind, re.compile(pattern)) for kind, pattern in table.kinds)
    never = re.compile(re.sub(r"\s+", "", table.never))
    placeholders, references = _any_of(table.placeholders), _any_of(table.references)
    dull = re.compile("|".join(f"(?:{pattern})" for pattern in table.dull), re.S)
    words = tuple(word.encode() for word in table.words)
    return _Names(kinds, never, placeholders, references, dull, words)


def _any_of(patterns: tuple[str, ...]) -> Any:  # noqa: ANN401
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I | re.S)


@lru_cache(maxsize=20_000)
def kind_of(name: str) -> str:
    """The kind of secret a name says it holds; empty where it says no such thing."""
    if len(name) > 100:
        return ""
    plain = re.sub(r"[-. :/]+", "_", _WORDS.sub("_", name.strip())).lower().strip("_")
    names = _names()
    if names.never.fullmatch(plain):
        return ""
    return next((kind for kind, pattern in names.kinds if pattern.fullmatch(plain)), "")


def words() -> tuple[bytes, ...]:
    """Parts of such names, in lower case: each has at least one, or stands beside one."""
    return _names().words


def placeholder(value: str) -> bool:
    """Whether a value only marks where one is to be filled in."""
    text = value.strip()
    return not text or _names().placeholders.fullmatch(text[:300]) is not None


def refers(value: str) -> bool:
    """Whether a value names a place that keeps the secret, or is the secret encrypted."""
    return _names().references.fullmatch(value.strip()[:600]) is not None


def written(value: str) -> bool | None:
    """Whether a setting is the secret itself (true) or refers to it; None where it is empty.

    `${NAME:-default}` is the secret itself when the default is one.
    """
    text = value.strip()
    if match := _FILLED_IN.fullmatch(text):
        return bool(match[2]) and not placeholder(match[2]) and not refers(match[2])
    return None if placeholder(text) else not refers(text)


def dull(value: str) -> bool:
    """Whether a value is a word or a name, as examples, tests and programs have them."""
    return _names().dull.fullmatch(value.strip()[:200]) is not None


@contextmanager
def keyed(key: bytes) -> Iterator[None]:
    """Digests are made under this key; outside there are none."""
    before = _KEY.set(key)
    try:
        yield
    finally:
        _KEY.reset(before)


def digest(value: str) -> str:
    """The same for the same secret in one run; empty where no key was drawn."""
    key = _KEY.get()
    raw = value.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, key=key[:64], digest_size=8).hexdigest() if key and value else ""


def hint(value: str) -> str:
    """The first two characters of a secret of eight and more."""
    return clean(value[:SHOWN]) if len(value) >= LONG else ""


def given(  # noqa: PLR0913  (what an observation holds)
    kind: str,
    key: str,
    literal: Seen[bool],
    path: str,
    line: int,
    *,
    value: str = "",
    attribute: str = "",
    rule: str = "",
    end_line: int | None = None,
    root: str = "",
) -> LiteralSecret:
    """A place where a secret is given; of `value` only its digest and hint are kept.

    `attribute` is the part of the key after its last colon, where it is not named.
    """
    held = value if literal is True else ""
    return LiteralSecret(
        kind,
        clean(attribute or key.rpartition(":")[2], 120),
        literal,
        rule,
        digest(held),
        hint(held),
        key=clean(key, 300),
        vantage=Vantage.DECLARED,
        source=path,
        line=line,
        end_line=end_line or line,
        root=root,
    )
