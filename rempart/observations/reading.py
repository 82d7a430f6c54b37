"""Who reads how many people: what a read log holds, and what its counts say. Never a person.

Accounts stand under pseudonyms whose key is destroyed when the reading ends; only the payer, and
only when asked, keeps the table that resolves them. People are counted, never named.

Where only a part of a log was read, `whole` is unknown with the reason: what was found in that part
stands, what was not found there proves nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import msgspec

from rempart.check import Fact, Observation


class Silence(msgspec.Struct, frozen=True):
    """A stretch without a single line, longer than the log's own rhythm lets expect."""

    start: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class LogCoverage(Observation):
    """What a log holds, how far back it goes, and what its reads name; the key is the log's own.

    `reads` are the lines that read somebody's data: `named` of these name the account, the person
    and the moment, `without_account`, `without_person` and `without_time` lack one. `lines` are all
    of them, `unread` those no format fits, `overlong` those beyond a megabyte. `hashed` counts
    persons written as digests. `urls` are lines that show a URL, `exposed` those whose URL holds an
    identifier of a person. `format` names what was read (json, csv, combined, ...), `guessed` says
    that no one declared where the fields are. `days` lie between the first and the last line.
    """

    drawn: ClassVar[bool] = True

    format: str
    guessed: bool
    files: int
    size: int  # bytes, as they lie there
    lines: int
    unread: int
    overlong: int
    reads: int
    named: int
    without_account: int
    without_person: int
    without_time: int
    hashed: int
    accounts: int
    first: datetime | None
    last: datetime | None
    days: int
    silences: tuple[Silence, ...] = ()
    urls: int = 0
    exposed: int = 0
    whole: Fact = True


@dataclass(frozen=True, slots=True)
class ClockFacts(Observation):
    """Whether the moments in a log can be trusted.

    `backwards` counts lines more than `tolerance` seconds before an earlier line of their own file,
    `farthest` is the longest such step in seconds, `ahead` counts lines later than the moment of
    reading. `zoned` lines carry their zone, `unzoned` ones do not; `zones` are the offsets written
    (`Z`, `+02:00`). `zone` is what the inventory says of the others, empty where it says nothing.
    """

    lines: int
    backwards: int
    farthest: int
    ahead: int
    zoned: int
    unzoned: int
    zones: tuple[str, ...] = ()
    zone: str = ""
    tolerance: int = 300
    whole: Fact = True


@dataclass(frozen=True, slots=True)
class ReadingDistribution(Observation):
    """How many different people accounts read in one kind of window; key: hour, day or 30 days.

    `windows` are pairs of an account and a window with at least one read; the figures are over
    these. Above 10,000 people a count is a sketch, off by at most `error` per thousand; `sketched`
    counts these windows. `ceiling` is the declared one brought to this window, None where none is;
    `over` counts accounts above it, `over_windows` their windows.
    """

    seconds: int
    accounts: int
    windows: int
    median: int
    p99: int
    maximum: int
    requests_median: int
    requests_p99: int
    requests_maximum: int
    ceiling: int | None = None
    over: int = 0
    over_windows: int = 0
    sketched: int = 0
    error: int = 0  # per thousand
    population: str = ""
    whole: Fact = True


@dataclass(frozen=True, slots=True)
class AccountReading(Observation):
    """One account that stands out; key: its pseudonym. At most fifty of them in a log.

    `why` says what stands out: outlier, ceiling, walking, shared, hours, networks, parallel,
    failures, dormant, top. `people` were read in the window of `seconds` that begins at `start`, by
    `requests`; peers read `peers` there at the median and the account read `tenths` tenths of that.
    `share` is its part of all people read, per thousand. `steps` of its reads went to the very next
    or previous number, per thousand. `failures` sign-ins failed in a row before one succeeded.
    `silent_days` is its longest silence before it read again.
    """

    drawn: ClassVar[bool] = True

    why: tuple[str, ...]
    seconds: int
    start: datetime | None
    people: int
    requests: int
    peers: int
    tenths: int
    share: int = 0
    over_windows: int = 0
    steps: int = 0
    odd_hours: int = 0  # reads outside the hours the account keeps
    networks: int = 0  # from which it read
    new_networks: int = 0  # never seen before for this account, after its first week
    parallel: int = 0  # hours with reads from several networks at once
    failures: int = 0
    silent_days: int = 0
    whole: Fact = True


@dataclass(frozen=True, slots=True)
class PeopleReading(Observation):
    """How many people were read at all, and how many of them by many accounts.

    `shared` people were read by at least `many` different accounts; one was read by `most`.
    """

    people: int
    many: int
    shared: int
    most: int
    whole: Fact = True


@dataclass(frozen=True, slots=True)
class Dormancy(Observation):
    """Accounts that slept: `woken` of `accounts` read again after at least `days` of silence."""

    accounts: int
    days: int
    woken: int
    longest: int  # days
    whole: Fact = True


@dataclass(frozen=True, slots=True)
class SignIns(Observation):
    """The sign-ins a log holds beside its reads: how many succeeded and failed.

    `guessed` accounts were signed in to after at least ten failures in a row.
    """

    succeeded: int
    failed: int
    guessed: int
    whole: Fact = True


class Trial(msgspec.Struct, frozen=True):
    """An attack laid over the real series, in memory, and when a rule would have noticed it.

    `minutes` and `people` are what passed until then, None where it never noticed; `taken` is what
    the whole pattern reads.
    """

    pattern: str
    minutes: int | None
    people: int | None
    taken: int


@dataclass(frozen=True, slots=True)
class AlarmTrial(Observation):
    """A declared alarm against the log; key: the alarm as written (`200 people/hour`).

    `fired` counts the windows of real accounts it would have fired for, `accounts` those accounts,
    `first` the first moment.
    """

    drawn: ClassVar[bool] = True

    people: int
    seconds: int
    fired: int
    accounts: int
    first: datetime | None
    trials: tuple[Trial, ...]
    whole: Fact = True


@dataclass(frozen=True, slots=True)
class RuleTrial(Observation):
    """A rule the payer handed over, against the log; key: file and name of the rule.

    `evaluated` is unknown, with the construct named, where it says more than a count per account
    and window. `kind` is threshold, sigma or elastic.
    """

    drawn: ClassVar[bool] = True

    kind: str
    evaluated: Fact
    people: int = 0
    seconds: int = 0
    fired: int = 0
    accounts: int = 0
    first: datetime | None = None
    trials: tuple[Trial, ...] = ()
    whole: Fact = True


class CurvePoint(msgspec.Struct, frozen=True):
    """At this part of all account-windows (per hundred thousand), this many people or fewer."""

    rank: int
    people: int


class Curve(msgspec.Struct, frozen=True):
    """Distinct people per account in windows of one length, as quantiles."""

    seconds: int
    points: tuple[CurvePoint, ...]
    ceiling: int | None = None


class PatternPoint(msgspec.Struct, frozen=True):
    """So many people read so many minutes after an attack began."""

    minutes: int
    people: int


class Reach(msgspec.Struct, frozen=True):
    """What one stolen account can read in a time, staying below what bounds it.

    `bound` is `ceiling` where the declared ceiling bounds it, `p99` where only custom does.
    """

    hours: int
    people: int
    bound: str


@dataclass(frozen=True, slots=True)
class ReadingCurve(Observation):
    """What a report draws: people per account, the ceiling, the pattern of 2024 beside them.

    `alarms` counts the alarms and rules that were run; `noticed` says of each pattern when the
    first of them noticed it.
    """

    drawn: ClassVar[bool] = True

    curves: tuple[Curve, ...]
    pattern: tuple[PatternPoint, ...]
    reach: tuple[Reach, ...]  # in one hour, one night, three days
    alarms: int = 0
    noticed: tuple[Trial, ...] = ()
    whole: Fact = True
