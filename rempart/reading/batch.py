"""What goes into the measuring of a read log, and what comes out: hashes in, counts out."""

from array import array
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from rempart.observations.reading import (
    AccountReading,
    AlarmTrial,
    Dormancy,
    PeopleReading,
    ReadingCurve,
    ReadingDistribution,
    RuleTrial,
    SignIns,
    Silence,
)

Words: TypeAlias = "array[int]"

ACCOUNT = (1 << 48) - 1  # the part of an account's hash that is kept

# The bits of a line's flags.
SIGNED_IN = 1  # a sign-in that succeeded
REFUSED = 2  # a sign-in that failed
READ = 4  # somebody's data was read
EXPOSED = 8  # an identifier of a person stands in the URL
STEP = 16  # the person's number is one beside that of the account's person before


def holds_zero(words: Words) -> bool:
    """Whether a zero is among words of 64 bits; quick where none is."""
    return bytes(8) in words.tobytes() and 0 in words


@dataclass(slots=True)
class Batch:
    """Lines of a log in the order they were read, as columns of equal length.

    `times` are seconds since 1970 UTC and may go backwards; negative where the line has none.
    `accounts`, `people` and `addresses` are uniform 64-bit hashes under a key that the reader
    alone holds: 0 where the line names none; an address is hashed as its network (/24 or /48). A
    line counts as a read where it names a person, or its flags say `READ`.
    Best brought some ten thousand lines at a time.
    """

    times: Words = field(default_factory=lambda: array("q"))
    accounts: Words = field(default_factory=lambda: array("Q"))
    people: Words = field(default_factory=lambda: array("Q"))
    addresses: Words = field(default_factory=lambda: array("Q"))
    flags: bytearray = field(default_factory=bytearray)

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many different people in so many seconds, for one account; `text` as it was written."""

    people: int
    seconds: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule handed over, reduced to a count per account and window.

    It fires when an account's `counts` (people, requests, failures) within `seconds` reach `least`.
    `refused` names the construct that cannot be expressed so; then nothing else of it is used.
    """

    name: str
    kind: str  # threshold | sigma | elastic
    counts: str = "people"
    least: int = 1
    seconds: int = 3600
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What `measure.Measure.done()` answers: observations without source, subject or `whole`.

    `accounts` are the accounts that stand out, worst first, each with its hash as far as it is kept
    (`hash & ACCOUNT`), from which the collector makes the pseudonym that becomes the key. `seen` is
    how many accounts there are; `placed` lines had an account and a moment and were counted.
    """

    lines: int
    placed: int
    seen: int
    exposed: int
    first: datetime | None
    last: datetime | None
    silences: tuple[Silence, ...]
    distributions: tuple[ReadingDistribution, ...]
    accounts: tuple[tuple[int, AccountReading], ...]
    people: PeopleReading
    dormancy: Dormancy
    sign_ins: SignIns
    alarms: tuple[AlarmTrial, ...]
    rules: tuple[RuleTrial, ...]
    curve: ReadingCurve
