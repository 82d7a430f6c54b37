"""Every request of a canary: counted, written down, and refused before it is sent where it must be.

An identifier that is no declared canary's never leaves. A sign-in is journalled before it is sent.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rempart.collectors.text import clean
from rempart.errors import Limited, NotAuthorised
from rempart.observations.canary import SentRequest
from rempart.observations.identifiers.catalogue import BY_NAME
from rempart.observations.identifiers.spelling import compact

if TYPE_CHECKING:
    from rempart.transport.access import Access

SELDOM: Final = "seldom: "  # the journal keeps what begins so beyond its run
# What could be somebody's number: long enough that chance alone seldom gives one.
_RUN: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z](?:[ .\-]?[0-9A-Za-z]){9,17}(?![0-9A-Za-z])")
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

    def about_to(self, text: str) -> None:
        """Count a request. Raises Limited, or NotAuthorised where it names who is no canary."""
        if len(self.sent) >= self.portal.canary_budget.requests:
            raise Limited("the requests allowed to canaries were used up")
        if any(number not in self.people for number in numbers(text, _OUT)):
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
            clean(path),
            purpose,
            status,
            key=str(number),
            source="canaries",
        )
        self.sent.append(entry)

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
        return any(number not in self.people for number in numbers(text, _IN))


def numbers(text: str, kinds: Iterable[str]) -> Iterator[str]:
    """What may be the identifier of a person in a text, written without separators."""
    for run in _RUN.findall(text):
        plain = compact(run)
        if any(_is(plain, kind) for kind in kinds):
            yield plain


def _is(plain: str, kind: str) -> bool:
    known = BY_NAME[kind]
    return len(plain) in known.lengths and known.shape(plain) and known.valid(plain)


def spelled(people: Iterable[str]) -> frozenset[str]:
    """Identifiers as `numbers` writes them; a NIR also without its key."""
    plain = [compact(one) for one in people]
    return frozenset([*plain, *(one[:13] for one in plain if _is(one, "nir"))])
