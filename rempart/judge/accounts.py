"""What several checks ask of a local account: whether it lets anybody in, and since when."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from rempart.check import Fact, Observation, OneOf, Result, Unknown, all_of, any_of, negated
from rempart.observations.accounts import Account

EPOCH: Final = date(1970, 1, 1)
MOST: Final = 200  # accounts with the same fault that are told one by one


def today(seen: Observation) -> int:
    """The day something was seen, counted from 1970-01-01."""
    return (seen.taken.date() - EPOCH).days


def as_date(day: int) -> str:
    """A day counted from 1970-01-01, as people write it."""
    return (EPOCH + timedelta(days=day)).isoformat() if 0 <= day < 1_000_000 else str(day)


def takes_password(account: Account) -> Fact:
    """Whether some password, or none, opens it."""
    return any_of(account.empty_password == True, account.locked == False)  # noqa: E712


def may_enter(account: Account) -> Fact:
    """Whether somebody can sign in: by a password or a key, with a shell, before it expires."""
    if not account.can_sign_in:
        return False
    return all_of(any_of(takes_password(account), account.keys > 0), negated(_ended(account)))


def _ended(account: Account) -> Fact:
    day = account.expires
    if isinstance(day, Unknown | OneOf):
        return day <= today(account)
    return day is not None and day <= today(account)


def bounded(results: Iterable[Result], most: int = MOST) -> Iterator[Result]:
    """The first results, and one that counts the others: a directory's thousands are one fault."""
    place, last = 0, None
    for place, last in enumerate(results, 1):
        if place <= most:
            yield last
    if last is not None and place > most:
        words, counts = f"{place - most} more accounts likewise", {"more": place - most}
        yield replace(last, of="more", seen=words, facts={}, counts=counts)
