"""Records turned into batches of hashes, and counts of what they name or leave out.

Everything is done a column at a time: a log of a hundred million lines is read line by line only
where something is amiss.
"""

import re
from array import array
from collections.abc import Sequence
from itertools import compress
from typing import Any, Final

from rempart.collectors.read_logs.fields import NOTHING, Parsed
from rempart.collectors.read_logs.mapping import Declared, Mapped
from rempart.collectors.read_logs.moments import Clock, zone_named
from rempart.collectors.read_logs.pseudonyms import Accounts, Keyed, Networks
from rempart.observations.identifiers import nir13, nir_key, nir_shape
from rempart.reading.batch import EXPOSED, READ, REFUSED, SIGNED_IN, STEP, Batch

# Words products use for a sign-in, and for one that failed; compared in lower case.
SIGN_INS: Final = frozenset(
    [
        "login",
        "login_error",
        "login_failed",
        "login_success",
        "signin",
        "sign_in",
        "sign-in",
        "authentication",
        "authenticate",
        "connect",
        "failed_connect",
        "connexion",
        "anmeldung",
    ]
) | {"connection authorized", "password authentication failed"}
FAILED: Final = re.compile(r"fail|error|denied|refused|invalid|echec|échec|fehl|\bko\b|false", re.I)
READS: Final = frozenset({"read", "query"})  # of pgaudit and MariaDB's audit
_KEPT: Final = 4096
_DIGITS: Final = 18  # of a person's number, as far as steps go
_URL_NIR: Final = re.compile(r"(?<!\d)[12478]\d{4}(?:\d\d|2[ABab])\d{6}(?:\d\d)?(?!\d)")
_URL_MAIL: Final = re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}\.[A-Za-z]{2,10}", re.A)
_DIGEST: Final = re.compile(r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64,128})")
_SEPARATED: Final = str.maketrans("", "", " .-\u00a0\u202f")


class Tally:
    """What the lines of a log name; the names themselves are hashed and forgotten."""

    def __init__(self, declared: Declared, accounts: Accounts, now: float | None = None) -> None:
        zone = zone_named(declared.zone) if declared.zone else None
        self.clock = Clock(zone, now)
        self.accounts = accounts
        self._people = Keyed()
        self._networks = Networks()
        self._reads = frozenset(word.lower() for word in declared.reads)
        self._sign_ins = frozenset(word.lower() for word in declared.sign_ins) or SIGN_INS
        self._bits: dict[tuple[Any, Any], int] = {}
        self._dedicated = True
        self.lines = self.unread = self.reads = self.named = self.hashed = 0
        self.without_account = self.without_person = self.without_time = 0
        self.urls = self.exposed = 0

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
        numbers = self._numbers(names)
        accounts = _spread(self.accounts.hashes, numbers)
        people = self._persons(persons, numbers, flags)
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
            pairs = zip(actions or [None] * count, statuses or [None] * count, strict=True)
            flags = bytearray(map(self._known, pairs))
        if not self._reads and not self._dedicated:
            for place, person in enumerate(persons):
                if person is not None and not flags[place] & (READ | SIGNED_IN | REFUSED):
                    flags[place] |= READ * self._succeeded(statuses and statuses[place])
        return flags

    def _known(self, pair: tuple[Any, Any]) -> int:
        found = self._bits.get(pair)
        if found is None:
            if len(self._bits) >= _KEPT:
                self._bits.clear()
            found = self._bits[pair] = self._meaning(*pair)
        return found

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

    def _numbers(self, names: list[str | None]) -> list[int]:
        """The small number of each account, -1 where none is named."""
        if None not in names:
            return self.accounts.numbers(names)  # type: ignore[arg-type]
        known = iter(self.accounts.numbers([name for name in names if name is not None]))
        return [-1 if name is None else next(known) for name in names]

    def _persons(
        self, persons: list[str | None], numbers: list[int], flags: bytearray
    ) -> "array[int]":
        """Hashes of the people, 0 where none is named; marks steps to the number beside."""
        given: Sequence[str] = persons if None not in persons else [p or "" for p in persons]  # type: ignore[assignment]
        joined = "".join(given)
        if joined.isdecimal() and joined.isascii() and "" not in given:
            self._step(given, numbers, flags)
            return self._people.hashes(map(str.encode, given))
        plain = [text.translate(_SEPARATED).upper() for text in given]
        self.hashed += sum(_DIGEST.fullmatch(text) is not None for text in plain)
        numeric = [text.isdecimal() and text.isascii() for text in plain]
        if any(numeric):
            some = bytearray(sum(numeric))
            self._step(list(compress(plain, numeric)), list(compress(numbers, numeric)), some)
            for place, bits in zip(compress(range(len(flags)), numeric), some, strict=True):
                flags[place] |= bits
        return _with_gaps(self._people, plain)

    def _step(self, persons: Sequence[str], numbers: list[int], flags: bytearray) -> None:
        """Mark reads of the number next to the one the account read before.

        A NIR's key follows from its number and is left out.
        """
        values = [int(p[:13] if len(p) == 15 else p[-_DIGITS:]) for p in persons]
        before = self.accounts.before
        for place, (number, value) in enumerate(zip(numbers, values, strict=True)):
            if number >= 0:
                if -2 < value - before[number] < 2 and value != before[number]:
                    flags[place] |= STEP
                before[number] = value

    def _addresses(self, column: list[Any] | None, count: int) -> "array[int]":
        if column is None:
            return array("Q", bytes(8 * count))
        return array("Q", map(self._networks.__getitem__, map(str, column)))

    def _expose(self, urls: list[Any] | None, flags: bytearray) -> None:
        """Count the URLs, and mark those with an identifier of a person in them."""
        if urls is None:
            return
        shown = [url if isinstance(url, str) else "" for url in urls]
        self.urls += len(shown) - shown.count("") - shown.count("-")
        joined = "\n".join(shown)
        if not (_URL_NIR.search(joined) or _URL_MAIL.search(joined)):
            return
        for place, url in enumerate(shown):
            if _identifies(url):
                flags[place] |= EXPOSED
                self.exposed += 1

    def _count(
        self, times: "array[int]", accounts: "array[int]", people: "array[int]", flags: bytearray
    ) -> None:
        if flags.count(READ) == len(flags) and 0 not in accounts and 0 not in people:
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


def _spread(hashes: "array[int]", numbers: list[int]) -> "array[int]":
    if -1 not in numbers:
        return array("Q", map(hashes.__getitem__, numbers))
    return array("Q", [hashes[number] if number >= 0 else 0 for number in numbers])


def _with_gaps(keyed: Keyed, plain: list[str]) -> "array[int]":
    """Hashes, 0 where the text is empty."""
    if "" not in plain:
        return keyed.hashes(text.encode("utf-8", "replace") for text in plain)
    found = iter(keyed.hashes(text.encode("utf-8", "replace") for text in plain if text))
    return array("Q", [next(found) if text else 0 for text in plain])


def _identifies(url: str) -> bool:
    """Whether a URL holds a social security number with its right key or form, or an address."""
    for found in _URL_NIR.finditer(url):
        text = found[0].upper()
        if len(text) == 15 and nir_shape(text) and nir_key(text[:13]) == int(text[13:]):
            return True
        if nir13(text):
            return True
    return _URL_MAIL.search(url) is not None
