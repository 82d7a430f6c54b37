"""What belongs to one canary, asked for by another; and what its name gives away."""

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from rempart.check import Unknown
from rempart.collectors.canary.account import Opened
from rempart.collectors.canary.people import ForeignPerson, asked
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.canary import CrossAccess, ObjectNames

if TYPE_CHECKING:
    from rempart.transport.http import Answer

_NUMBER: Final = re.compile(r"(?<=[/=])(\d{1,12})(?=$|[/?&.])")
_RANDOM: Final = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|[\w-]{22,}")


def crossed(owner: Opened, stranger: Opened) -> Iterator[CrossAccess]:
    """Each object of one canary, as its owner and as the other canary gets it."""
    for path in owner.canary.objects:
        where: dict[str, Any] = {
            "key": clean(path),
            "source": f"{stranger.canary.account} asks for it",
        }
        own = asked(owner.browser, "GET", path, "own")
        if own.status != 200:
            continue  # nothing to compare with: the inventory's path is not the canary's
        try:
            other = asked(stranger.browser, "GET", path, "other")
        except ForeignPerson:
            raise
        except CollectError as error:
            unseen = Unknown(error.reason, str(error))
            yield CrossAccess(own.status, unseen, unseen, **where)
            continue
        yield CrossAccess(own.status, other.status, _same(own, other), **where)


def object_names(canaries: list[Opened]) -> Iterator[ObjectNames]:
    """The shapes of the canaries' own identifiers; none is counted up or tried."""
    seen = set()
    for canary in canaries:
        for path in canary.canary.objects:
            number = _NUMBER.search(path)
            key = clean(_NUMBER.sub("{number}", _RANDOM.sub("{random}", path)))
            if key in seen or (number is None and not _RANDOM.search(path)):
                continue
            seen.add(key)
            shape = f"a number of {len(number[1])} digits" if number else "a random name"
            yield ObjectNames(number is not None, shape, key=key, source="the canaries' objects")


def _same(own: "Answer", other: "Answer") -> bool:
    """Whether the stranger got the owner's content, whatever numbers of the moment stand in it."""
    return other.status == 200 and _print(own) == _print(other)


def _print(answer: "Answer") -> str:
    still = re.sub(rb"[0-9a-fA-F]{16,}|\d{9,}", b"", answer.body)
    return hashlib.sha256(still).hexdigest()
