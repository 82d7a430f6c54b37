"""Records turned into batches of hashes, and counts of what they name or leave out.

Everything is done a column at a time: a log of a hundred million lines is read line by line only
where something is amiss.
"""

import re
from array import array
from collections.abc import Callable
from copy import copy
from itertools import compress
from operator import itemgetter
from typing import Any, Final, cast

from rempart.collectors.read_logs.fields import NOTHING, Parsed
from rempart.collectors.read_logs.mapping import Declared, Mapped
from rempart.collectors.read_logs.moments import Clock
from rempart.collectors.read_logs.pseudonyms import Accounts, Keyed, Networks, Steps
from rempart.inventory.log_fields import zone_named
from rempart.observations.identifiers.french import nir13, nir_key, nir_shape
from rempart.reading.batch import EXPOSED, READ, REFUSED, SIGNED_IN, STEP, Batch, holds_zero

# Words products use for a sign-in, and for one that failed; compared in lower case.
SIGN_INS: Final = frozenset(
    {
        "login", "login_error", "login_failed", "login_success", "signin", "sign_in", "sign-in",
        "authentication", "authenticate", "connect", "failed_connect", "connexion", "anmeldung",
        "connection authorized", "password authentication failed",
    }
)  # fmt: skip
FAILED: Final = re.compile(r"fail|error|denied|refused|invalid|echec|échec|fehl|\bko\b|false", re.I)
READS: Final = frozenset({"read", "query"})  # of pgaudit and MariaDB's audit
_KEPT: Final = 4096
_BODY: Final = itemgetter(slice(13))  # of a NIR, without its key
_DIGITS: Final = 18  # of a person's number, as far as steps go
_DIGITS_IN_URL: Final = re.compile(r"[12478][0-9]{4}")  # quick to rule out
_URL_NIR: Final = re.compile(r"(?<!\d)[12478]\d{4}(?:\d\d|2[ABab])\d{8}(?!\d)")
# Thirteen digits alone are a moment in milliseconds more often than a number without its key.
_URL_NIR13: Final = re.compile(
    r"(?:nir|nss|ssn|secu|insee|\bins)[a-z_-]{0,12}[=/](\d{5}(?:\d\d|2[ab])\d{6})(?!\d)", re.I
)
_URL_MAIL: Final = re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}\.[A-Za-z]{2,10}", re.A)
_DIGEST: Final = re.compile(r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64,128})")
_SEPARATED: Final = str.maketrans("", "", " .-\u00a0\u202f")


class _Meanings(dict[tuple[Any, Any], int]):
    """The bits of an action and a status, worked out once each."""

    def __init__(self, meaning: Callable[[Any, Any], int]) -> None:
        super().__init__()
        self._meaning = meaning

    def __missing__(self, pair: tuple[Any, Any]) -> int:
        if len(self) >= _KEPT:
            self.clear()
        found = self[pair] = self._meaning(*pair)
        return found


class Tally:
    """What the lines of a log name; the names themselves are hashed and forgotten."""

    def __init__(self, declared: Declared, accounts: Accounts, now: float | None = None) -> None:
        self._zone = zone_named(declared.zone) if declared.zone else None
        self.clock = Clock(self._zone, now)
        self.accounts = accounts
        self._people = Keyed()
        self._networks = Networks()
        self._steps = Steps()
        self._reads = frozenset(word.lower() for word in declared.reads)
        self._sign_ins = frozenset(word.lower() for word in declared.sign_ins) or SIGN_INS
        self._bits = _Meanings(self._meaning)
        self._dedicated = True
        self.lines = self.unread = self.reads = self.named = self.hashed = 0
        self.without_account = self.without_person = self.without_time = 0
        self.urls = self.exposed = 0

    def again(self) -> "Tally":
        """Another tally under the same keys, for a second reading of the same log."""
        tally = copy(self)
        tally.clock = Clock(self._zone, self.clock.now)
        tally._steps = Steps()
        tally._bits = _Meanings(tally._meaning)
        return tally

    def begin(self, mapped: Mapped) -> None:
        """Another file begins, mapped so."""
        self.clock.next_file()
        self._bits.clear()
        self._dedicated = mapped.dedicated
        self._audit = mapped.format in ("pgaudit", "mariadb-audit")

    def batch(self, parsed: Parsed) -> Batch:
        """The records as hashes; counts what they name."""
        count, columns = parsed.count, parsed.columns
        self.lines += count + parsed.unread + parsed.passed
        self.unread += parsed.unread
        times = self.clock.seconds(columns.get("time") or [None] * count)
        names = _texts(columns.get("account"), count)
        persons = _texts(columns.get("person"), count)
        flags = self._flags(columns, count, persons)
        self._expose(columns.get("url"), flags)
        accounts = self.accounts.hashes(names)
        people = self._persons(persons, accounts, flags)
        if flags.count(READ) < count:  # who was refused, or only signed in, read nobody
            pairs = zip(people, flags, strict=True)
            people = array("Q", [person if bits & READ else 0 for person, bits in pairs])
            flags = bytearray([bits if bits & READ else bits & ~STEP for bits in flags])
        self._count(times, accounts, people, flags)
        return Batch(times, accounts, people, self._addresses(columns.get("address"), count), flags)

    def forget(self) -> None:
        """Destroy the keys."""
        self._people.destroy()
        self._networks.destroy()
        self.accounts.destroy()

    def _flags(
        self, columns: dict[str, list[Any]], count: int, persons: list[str | None]
    ) -> bytearray:
        """What each line is, by its action, its status and whether it names a person."""
        actions, statuses = columns.get("action"), columns.get("status")
        if actions is None and statuses is None:
            flags = bytearray([READ if self._dedicated else 0]) * count
        else:
            acted, ended = actions or [None] * count, statuses or [None] * count
            if acted.count(acted[0]) == ended.count(ended[0]) == count:
                flags = bytearray([self._bits[acted[0], ended[0]]]) * count
            else:
                flags = bytearray(map(self._bits.__getitem__, zip(acted, ended, strict=True)))
        if not self._reads and not self._dedicated:
            for place, person in enumerate(persons):
                if person is not None and not flags[place] & (READ | SIGNED_IN | REFUSED):
                    flags[place] |= READ * self._succeeded(statuses and statuses[place])
        return flags

    def _meaning(self, action: Any, status: Any) -> int:  # noqa: ANN401
        word = str(action or "").lower()
        good = self._succeeded(status)
        if word in self._sign_ins:
            return SIGNED_IN if good and not FAILED.search(word) else REFUSED
        if self._reads:
            return READ if word in self._reads and good else 0
        if self._audit:
            return READ if word in READS else 0
        return READ if self._dedicated and good else 0

    def _succeeded(self, status: Any) -> bool:  # noqa: ANN401
        text = str(status if status is not None else "").strip()
        if text.isdecimal():
            return not 400 <= int(text[:9]) < 1000
        return not FAILED.search(text)

    def _persons(
        self, persons: list[str | None], accounts: "array[int]", flags: bytearray
    ) -> "array[int]":
        """Hashes of the people, 0 where none is named; marks steps to the number beside."""
        given = [person or "" for person in persons] if None in persons else persons
        named = cast("list[str]", given)
        joined = "".join(named)
        if joined.isdecimal() and joined.isascii() and "" not in named:
            self._step(named, accounts, flags)
            return self._people.hashes(named)
        plain = [text.translate(_SEPARATED).upper() for text in named]
        self.hashed += sum(_DIGEST.fullmatch(text) is not None for text in plain)
        numeric = [text.isdecimal() and text.isascii() for text in plain]
        if any(numeric):
            some = bytearray(sum(numeric))
            whose = array("Q", compress(accounts, numeric))
            self._step(list(compress(plain, numeric)), whose, some)
            for place, bits in zip(compress(range(len(flags)), numeric), some, strict=True):
                flags[place] |= bits
        return _with_gaps(self._people, plain)

    def _step(self, persons: list[str], accounts: "array[int]", flags: bytearray) -> None:
        """Mark reads of the number next to the one the account read before.

        A NIR's key follows from its number and is left out.
        """
        if set(map(len, persons)) == {15}:
            values = list(map(int, map(_BODY, persons)))
        else:
            values = [int(p[:13] if len(p) == 15 else p[-_DIGITS:]) for p in persons]
        steps = self._steps.of(accounts, values)
        if 1 in steps or -1 in steps:
            for place, step in enumerate(steps):
                if step in (1, -1):
                    flags[place] |= STEP

    def _addresses(self, column: list[Any] | None, count: int) -> "array[int]":
        if column is None:
            return array("Q", bytes(8 * count))
        if set(map(type, column)) != {str}:
            column = list(map(str, column))
        return self._networks.of(column)

    def _expose(self, urls: list[Any] | None, flags: bytearray) -> None:
        """Count the URLs, and mark those with an identifier of a person in them."""
        if urls is None:
            return
        shown = urls
        if set(map(type, urls)) != {str}:
            shown = [url if isinstance(url, str) else "" for url in urls]
        self.urls += len(shown) - shown.count("") - shown.count("-")
        joined = "\n".join(shown)
        if not (_DIGITS_IN_URL.search(joined) or "@" in joined or "%40" in joined):
            return
        for place, url in enumerate(shown):
            if _identifies(url):
                flags[place] |= EXPOSED
                self.exposed += 1

    def _count(
        self, times: "array[int]", accounts: "array[int]", people: "array[int]", flags: bytearray
    ) -> None:
        if flags.count(READ) == len(flags) and not holds_zero(accounts) and not holds_zero(people):
            whole = len(flags)
            missing = times.count(-1)
            self.reads += whole
            self.named += whole - missing
            self.without_time += missing
            return
        for time, account, person, bits in zip(times, accounts, people, flags, strict=True):
            if bits & READ:
                self.reads += 1
                self.named += bool(account and person and time >= 0)
                self.without_account += not account
                self.without_person += not person
                self.without_time += time < 0


def _texts(column: list[Any] | None, count: int) -> list[str | None]:
    """Values as text, None where there is none."""
    if column is None:
        return [None] * count
    if set(map(type, column)) == {str} and NOTHING.isdisjoint(column):
        return column
    return [
        None if value is None or value is True or value is False or (text := str(value)) in NOTHING
        else text
        for value in column
    ]  # fmt: skip


def _with_gaps(keyed: Keyed, plain: list[str]) -> "array[int]":
    """Hashes, 0 where the text is empty."""
    if "" not in plain:
        return keyed.hashes(plain)
    found = iter(keyed.hashes([text for text in plain if text]))
    return array("Q", [next(found) if text else 0 for text in plain])


def _identifies(url: str) -> bool:
    """Whether a URL holds a social security number with its right key, or an e-mail address."""
    for found in _URL_NIR.finditer(url):
        text = found[0].upper()
        if nir_shape(text) and nir_key(text[:13]) == int(text[13:]):
            return True
    if any(nir13(found[1].upper()) for found in _URL_NIR13.finditer(url)):
        return True
    return ("@" in url or "%40" in url) and _URL_MAIL.search(url) is not None
