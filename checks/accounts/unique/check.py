from collections.abc import Hashable, Iterator, Sequence
from typing import TypeVar

from rempart.check import Result, verdict
from rempart.observations.accounts import Account, Group

T = TypeVar("T")


def check(accounts: tuple[Account, ...], groups: tuple[Group, ...]) -> Iterator[Result]:
    twice = [
        *_twice("name", [(one.key, one.key) for one in accounts], "/etc/passwd"),
        *_twice("uid", [(one.uid, one.key) for one in accounts], "/etc/passwd"),
        *_twice("group", [(one.key, one.key) for one in groups], "/etc/group"),
        *_twice("gid", [(one.gid, one.key) for one in groups], "/etc/group"),
    ]
    yield from twice
    if not twice:
        yield verdict(
            True, f"{len(accounts)} accounts, {len(groups)} groups, all apart", "/etc/passwd"
        )


def _twice(what: str, pairs: Sequence[tuple[Hashable, str]], source: str) -> Iterator[Result]:
    named: dict[Hashable, list[str]] = {}
    for value, name in pairs:
        named.setdefault(value, []).append(name)
    for value, names in named.items():
        if len(names) > 1:
            who = ", ".join(names[:10])
            facts = {"what": f"{what} {value}", "who": who}
            yield verdict(
                False, f"{what} {value}: {who}", source, of=f"{what} {value}", facts=facts
            )
