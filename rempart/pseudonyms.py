"""Accounts of a run under pseudonyms: the same account, the same pseudonym, in every view of it.

Pseudonyms are numbers in the order of names, not hashes: a hash of a name lets it be guessed. Who
holds the whole run can work out the correspondence; nobody else can.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec.structs import fields, replace

from rempart.results import Run

WITHHELD: Final = "[…]"
ACCOUNT_FACTS = frozenset({"account", "accounts", "login", "role", "run_as", "user", "who"})
ACCOUNT_CHECKS = ("accounts.", "identity.")  # whose things are accounts
# Accounts every system has: no person's name, and sentences need the words.
COMMON = frozenset(
    {"all", "daemon", "mysql", "nobody", "none", "postgres", "root", "sshd", "www-data"}
)
GROUPS = ("%", "+", "#")  # of sudoers: groups, netgroups, numbers: no account by its name
WORDS = {"fr": "compte", "en": "account", "de": "Konto"}


def pseudonyms(run: Run, language: str = "en") -> dict[str, str]:
    """What every account of the run is called outside the technical view, by its name."""
    word = WORDS.get(language, WORDS["en"])
    found = {name for name in _accounts(run) if name.casefold() not in COMMON and name.strip()}
    return {name: f"{word}-{n}" for n, name in enumerate(sorted(found), 1)}


def _accounts(run: Run) -> Iterator[str]:
    for result in run.results:
        named = [value for name, value in result.facts.items() if name in ACCOUNT_FACTS]
        if not named and result.check.startswith(ACCOUNT_CHECKS) and "/" not in result.instance:
            named = [result.instance]
        for value in named:
            if isinstance(value, str):
                parts = re.split(r"[,;:!\s]+", value)
                yield from (part for part in parts if not part.startswith(GROUPS))
    yield from _named((*run.requests, *run.graphs))


def _named(value: Any) -> Iterator[str]:  # noqa: ANN401  (any JSON)
    """The accounts named in requests and graphs, however deep."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in ACCOUNT_FACTS and isinstance(item, str):
                yield item
            else:
                yield from _named(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _named(item)


class Cleaner:
    """Puts pseudonyms in the place of names, in any text."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = {name.casefold(): other for name, other in names.items()}
        longest = sorted(map(re.escape, self._names), key=len, reverse=True)
        self._found = re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE)

    def clean(self, value: Any) -> Any:  # noqa: ANN401  (any part of a run)
        """The value with every name replaced, in texts however deep; keys are ours and stay."""
        if not self._names:
            return value
        if type(value) is str:
            return self._found.sub(self._named, value)
        if isinstance(value, msgspec.Struct):
            texts = {item.name: self.clean(getattr(value, item.name)) for item in fields(value)}
            return replace(value, **texts)
        if isinstance(value, tuple | list):
            return type(value)(map(self.clean, value))
        if isinstance(value, dict):
            return {name: self.clean(item) for name, item in value.items()}
        return value

    def _named(self, found: re.Match[str]) -> str:
        return self._names.get(found[0].casefold(), WITHHELD)
