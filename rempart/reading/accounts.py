"""Which accounts a report names, at most fifty, and why each."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rempart.observations.reading import AccountReading
from rempart.reading.habits import Habits, habits, odd_hours, one_network, silent_days
from rempart.reading.peers import Peers, Standout
from rempart.reading.windows import DAY, Series

NAMED = 50
EACH = 25  # accounts kept for one reason
TOP = 5
FORGET = 50_000
CROWD = 1000  # people read in all: of fewer, half is nothing to remark
WHY = ("ceiling", "walking", "failures", "shared", "networks", "parallel", "hours",
       "dormant", "top")  # fmt: skip
# What is worth a name: from these figures on.
WALKED, WALKING = 20, 50  # steps, and how many reads in a thousand are one
GUESSED = 10  # failures before a success
STRANGE = 10  # new networks
SHARED = 5  # hours with several networks in turn
ODD = 50  # lines in odd hours
SLEPT = 90  # days


@dataclass(slots=True)
class Profile:
    """What is kept of an account that may be named."""

    account: int
    start: int
    people: int
    requests: int
    total: int
    over: int
    steps: int  # per thousand reads
    habits: Habits
    why: list[str] = field(default_factory=list)


class Accounts:
    """All accounts pass; those that lead in something stay."""

    def __init__(self) -> None:
        self.steps: Counter[int] = Counter()
        self.seen = self.woken = self.longest = self.guessed = 0
        self.all_read = 0
        self._suspects: dict[int, Profile] = {}
        self._kept: dict[str, list[tuple[int, int, Profile]]] = {why: [] for why in WHY}

    def add(self, series: Series, over: int, peers: Peers | None = None) -> None:
        """Take an account; `over` of its windows were above the ceiling.

        With `peers`, which suspect it, it is remembered whatever else it does.
        """
        self.seen += 1
        self.all_read += series.total
        slept = silent_days(series)
        self.longest = max(self.longest, slept)
        steps = self.steps.get(series.account, 0)
        if not (
            peers
            or over
            or slept >= SLEPT
            or steps >= WALKED
            or series.nameless
            or (series.requests >= ODD and odd_hours(series) >= ODD)
            or series.total > self._least_at_top
            or not one_network(series)
        ):
            return
        profile = self._profile(series, over, steps, slept)
        for why, figure in _figures(profile, steps):
            self._keep(why, figure, profile)
        if peers:
            self._remember(profile, peers)

    @property
    def _least_at_top(self) -> int:
        top = self._kept["top"]
        return top[0][0] if len(top) == TOP else 0

    def _profile(self, series: Series, over: int, steps: int, slept: int) -> Profile:
        own = habits(series)
        self.woken += slept >= SLEPT
        self.guessed += own.failures >= GUESSED
        most = max(series.day_people, default=0)
        place = series.day_people.index(most) if most else -1
        return Profile(
            series.account,
            series.days[place] * DAY if most else -1,
            most,
            series.day_requests[place] if most else 0,
            series.total,
            over,
            1000 * steps // max(series.requests, 1),
            own,
        )

    def _keep(self, why: str, figure: int, profile: Profile) -> None:
        kept = self._kept[why]
        entry = (figure, profile.account, profile)
        if len(kept) < (TOP if why == "top" else EACH):
            heapq.heappush(kept, entry)
        else:
            heapq.heappushpop(kept, entry)

    def _remember(self, profile: Profile, peers: Peers) -> None:
        """Keep a suspect; forgets those no longer suspected."""
        self._suspects[profile.account] = profile
        if len(self._suspects) > FORGET:
            suspected = peers.suspected
            self._suspects = {
                account: each for account, each in self._suspects.items() if account in suspected
            }

    def readings(
        self, standouts: Sequence[Standout], everybody: int
    ) -> tuple[tuple[int, AccountReading], ...]:
        """The accounts to name, worst first; `everybody` is the median day of all accounts."""
        worst: dict[int, Standout] = {}
        for out in standouts:
            worst.setdefault(out.account, out)
        named = {account: self._suspects[account] for account in list(worst)[:EACH]}
        for _, _, profile in self._kept["top"]:
            if self.all_read >= CROWD and 2 * profile.total >= self.all_read:
                self._keep("shared", profile.total, profile)
        for why in WHY:
            for _, _, profile in sorted(self._kept[why], reverse=True, key=lambda entry: entry[:2]):
                if len(named) < NAMED or profile.account in named:
                    named.setdefault(profile.account, profile).why.append(why)
        return tuple(
            (account, self._reading(profile, worst.get(account), everybody))
            for account, profile in named.items()
        )

    def _reading(self, profile: Profile, out: Standout | None, everybody: int) -> AccountReading:
        own = profile.habits
        why = ("outlier", *profile.why) if out else tuple(profile.why)
        seen = out or Standout(
            profile.account, DAY, profile.start, profile.people, profile.requests, everybody
        )
        return AccountReading(
            why,
            seen.seconds,
            datetime.fromtimestamp(seen.start, UTC) if seen.start >= 0 else None,
            seen.people,
            seen.requests,
            seen.peers,
            seen.tenths,
            share=1000 * profile.total // max(self.all_read, 1),
            over_windows=profile.over,
            steps=profile.steps,
            odd_hours=own.odd_hours,
            networks=own.networks,
            new_networks=own.new_networks,
            parallel=own.parallel,
            failures=own.failures,
            silent_days=own.silent_days,
        )


def _figures(profile: Profile, steps: int) -> list[tuple[str, int]]:
    """Why an account might be named, each with the figure that ranks it."""
    own = profile.habits
    figures = (
        ("ceiling", profile.over, 1),
        ("walking", profile.steps if steps >= WALKED else 0, WALKING),
        ("failures", own.failures, GUESSED),
        ("networks", own.new_networks, STRANGE),
        ("parallel", own.parallel, SHARED),
        ("hours", own.odd_hours, ODD),
        ("dormant", own.silent_days, SLEPT),
        ("top", profile.total, 1),
    )
    return [(why, figure) for why, figure, least in figures if figure >= least]
