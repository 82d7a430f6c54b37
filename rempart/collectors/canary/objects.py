"""What belongs to one canary, asked for by another; and what its name gives away."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from rempart.check import Gap, Reason, Seen, Unknown
from rempart.collectors.canary.account import Opened
from rempart.collectors.canary.browser import text
from rempart.collectors.canary.forms import sign_in_form
from rempart.collectors.canary.people import ForeignPerson, asked
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.canary import CrossAccess, ObjectNames

if TYPE_CHECKING:
    from rempart.transport.http import Answer

_NUMBER: Final = re.compile(r"(?<=[/=])(\d{1,12})(?=$|[/?&.])")
_RANDOM: Final = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|[\w-]{22,}")

_SAYS_NO: Final = re.compile(
    r"not (?:found|allowed|authori[sz]ed)|forbidden|denied|refus|interdit|introuvable"
    r"|non autoris|verweigert|nicht (?:gefunden|erlaubt|berechtigt)|\berror\b|erreur|fehler",
    re.IGNORECASE,
)


def crossed(owner: Opened, stranger: Opened) -> Iterator[CrossAccess | Gap]:
    """Each object of one canary, as its owner and as the other canary gets it."""
    for path in owner.canary.objects:
        where: dict[str, Any] = {
            "key": clean(path),
            "source": f"{stranger.canary.account} asks for it",
        }
        own = asked(owner.browser, "GET", path, "own")
        if own.status != 200:
            why = f"its owner was answered with {own.status}: is the path in the inventory right?"
            yield Gap("CrossAccess", Reason.UNRESOLVED, why, key=clean(path))
            continue
        try:
            other = asked(stranger.browser, "GET", path, "other")
        except ForeignPerson:
            raise
        except CollectError as error:
            unseen = Unknown(error.reason, str(error))
            yield CrossAccess(own.status, unseen, unseen, **where)
            continue
        yield CrossAccess(own.status, other.status, _same(own, other, stranger), **where)


def object_names(canaries: Iterable[Any]) -> Iterator[ObjectNames]:
    """The shapes of the canaries' own identifiers; none is counted up or tried."""
    seen = set()
    for canary in canaries:
        for path in canary.objects:
            number = _NUMBER.search(path)
            key = clean(_NUMBER.sub("{number}", _RANDOM.sub("{random}", path)))
            if key in seen or (number is None and not _RANDOM.search(path)):
                continue
            seen.add(key)
            shape = f"a number of {len(number[1])} digits" if number else "a random name"
            yield ObjectNames(number is not None, shape, key=key, source="the canaries' objects")


def _same(own: "Answer", other: "Answer", stranger: Opened) -> Seen[bool]:
    """Whether the stranger got the owner's content, whatever differs from one answer to the next.

    A page that greets its reader differs in a few words; an error told with 200 in nearly all.
    """
    if other.status in (401, 403, 404, 410) or other.location is not None:
        return False
    if other.status != 200:
        why = f"the other canary was answered with {other.status}"
        return Unknown(Reason.REFUSED, why)
    if printed(own) == printed(other):
        visitor = asked(stranger.browser.fresh(), "GET", own.url, "visitor")
        if visitor.status == 200 and printed(visitor) == printed(own):
            return Unknown(Reason.UNRESOLVED, "a visitor without a session gets the same page")
        return True
    return _alike(own, other)


def _alike(own: "Answer", other: "Answer") -> Seen[bool]:
    """Whether two pages told with 200 are the same one for two readers."""
    one, two = _words(own), _words(other)
    if len(one & two) * 5 >= len(one | two) * 3:
        return True
    if two and sign_in_form(text(other)) is None and not _SAYS_NO.search(text(other)):
        why = "the other canary got another page with 200: compare the two by hand"
        return Unknown(Reason.UNRESOLVED, why)
    return False


def printed(answer: "Answer") -> str:
    """A digest of an answer without numbers of the moment."""
    still = re.sub(rb"[0-9a-fA-F]{16,}|\d{9,}", b"", answer.body)
    return hashlib.sha256(still).hexdigest()


def _words(answer: "Answer") -> set[bytes]:
    return set(re.findall(rb"[^\s<>\"=]{2,}", answer.body))
