"""Every request of a canary: counted, written down, and refused before it is sent where it must be.

An identifier that is no declared canary's never leaves. A sign-in is journalled before it is sent.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus

from rempart.collectors.text import clean
from rempart.errors import Limited, NotAuthorised
from rempart.observations.canary import SentRequest
from rempart.observations.identifiers.catalogue import BY_NAME

if TYPE_CHECKING:
    from rempart.transport.access import Access

SELDOM: Final = "seldom: "  # the journal keeps what begins so beyond its run
_BETWEEN: Final = " .\\-\u00a0\u2009\u202f"  # what people write numbers with
_BETWEEN_OUT: Final = rf"{_BETWEEN}_/"  # and what a server may cut them with in an address
_JOINED: Final = str.maketrans("", "", " .-\u00a0\u2009\u202f_/")
_INLINE: Final = re.compile(r"</?(?:span|b|i|em|strong|tt|code|wbr)\b[^<>]{0,200}>", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"(?i:nir|secu|insee|matricule|assure)[a-z0-9_]{0,20}\"?\s{0,4}[:=]\s{0,4}\"?"
    r"([1-478](?:[ .]?[0-9abAB]){12})(?![ .]?[0-9])"
)
# Refused on the way out: whatever could name somebody. Believed on the way in: what hardly any
# other number looks like.
_OUT: Final = ("nir", "nir13", "kvnr", "niss", "ahv", "mbi", "cf")
_IN: Final = ("nir", "mbi", "cf")


@dataclass(slots=True)
class Ledger:
    """What was sent so far, and what may still be. `people` are the canaries' own beneficiaries."""

    access: "Access"
    portal: Any
    people: frozenset[str]
    sent: list[SentRequest] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    looked_up: Counter[str] = field(default_factory=Counter)
    codes: dict[str, int] = field(default_factory=dict)  # the last step used, by account

    def about_to(self, text: str) -> None:
        """Count a request. Raises Limited, or NotAuthorised where it names who is no canary."""
        once = unquote_plus(text)
        if len(self.sent) >= self.portal.canary_budget.requests:
            raise Limited("the requests allowed to canaries were used up")
        read = (numbers(one, _OUT, _BETWEEN_OUT) for one in (text, once, unquote_plus(once)))
        if not self.people.issuperset(chain.from_iterable(read)):
            raise NotAuthorised("a request would name somebody who is no canary")

    def wrote(self, account: str, method: str, path: str, purpose: str, status: int | None) -> None:
        """Keep what was sent."""
        number = len(self.sent) + 1
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        entry = SentRequest(
            number,
            at,
            account,
            method,
            self.masked(path),
            purpose,
            status,
            key=str(number),
            source="canaries",
        )
        self.sent.append(entry)

    def masked(self, path: str) -> str:
        """A path without its people, however they were written in it."""
        once = hidden = unquote_plus(path)
        lengths = {len(one) for one in self.people} | _lengths(_OUT)
        for run, plain in _runs(once, lengths, _BETWEEN_OUT):
            if plain in self.people or any(_is(plain, kind) for kind in _OUT):
                hidden = hidden.replace(run, "{beneficiary}")
        return clean(hidden if hidden != once else path)

    def sign_in(self, account: str, *, wrong: bool) -> None:
        """Journal a sign-in before it is sent; wrong ones are few for each account."""
        if wrong and self.failed[account] >= self.portal.canary_budget.failed_sign_ins:
            raise Limited(f"the wrong sign-ins allowed to {account} were used up")
        self.failed[account] += wrong
        self.access.attempt(f"sign-in of {account}")

    def look_up(self, account: str) -> None:
        """Count one look-up of a person."""
        if self.looked_up[account] >= self.portal.canary_budget.lookups:
            raise Limited(f"the look-ups allowed to {account} were used up")
        self.looked_up[account] += 1

    def strangers(self, text: str) -> bool:
        """Whether an answer names somebody who is no canary."""
        if any(number not in self.people for number in numbers(text, _IN)):
            return True
        return any(number not in self.people for number in _named(text))


def numbers(text: str, kinds: Sequence[str], between: str = _BETWEEN) -> Iterator[str]:
    """What may be the identifier of a person in a text, written without separators."""
    text = _INLINE.sub("", html.unescape(text) if "&" in text else text)
    for _, plain in _runs(text, _lengths(kinds), between):
        if any(_is(plain, kind) for kind in kinds):
            yield plain


def _runs(text: str, lengths: Iterable[int], between: str) -> Iterator[tuple[str, str]]:
    """Whatever has one of those lengths between two ends of words: as written, and joined."""
    for length in sorted(lengths, reverse=True):
        for match in _of(length, between).finditer(text):
            yield match[1], match[1].translate(_JOINED).upper()


@cache
def _of(length: int, between: str) -> re.Pattern[str]:
    inner = rf"[0-9A-Za-z](?:[{between}]?[0-9A-Za-z]){{{length - 1}}}"
    return re.compile(rf"(?<![0-9A-Za-z])(?=({inner})(?![0-9A-Za-z]))")


def _lengths(kinds: Iterable[str]) -> set[int]:
    return {length for kind in kinds for length in BY_NAME[kind].lengths}


def _named(text: str) -> Iterator[str]:
    """Thirteen digits of a NIR whose key is written elsewhere, where the field says what it is."""
    for run in _NAMED.findall(text):
        plain = run.translate(_JOINED).upper()
        if _is(plain, "nir13"):
            yield plain


def _is(plain: str, kind: str) -> bool:
    known = BY_NAME[kind]
    return len(plain) in known.lengths and known.shape(plain) and known.valid(plain)


def spelled(people: Iterable[str]) -> frozenset[str]:
    """Identifiers as `numbers` writes them; a NIR also without its key."""
    plain = [one.translate(_JOINED).upper() for one in people]
    return frozenset([*plain, *(one[:13] for one in plain if _is(one, "nir"))])
