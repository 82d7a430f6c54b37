"""Everything counted over the accounts of a log, and the observations made of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property

from rempart.check import Reason, Unknown
from rempart.observations.reading import (
    AccountReading,
    AlarmTrial,
    Dormancy,
    PeopleReading,
    Reach,
    ReadingCurve,
    ReadingDistribution,
    RuleTrial,
)
from rempart.observations.reading import Trial as Tried
from rempart.reading.accounts import SLEPT, Accounts
from rempart.reading.alarms import Trial, rule_of
from rempart.reading.batch import Limit, Rule
from rempart.reading.patterns import PATTERNS, Hosts, curve, trial
from rempart.reading.peers import Peers, band, level
from rempart.reading.sketch import Readers
from rempart.reading.spread import Spread, quantiles
from rempart.reading.windows import DAY, HOUR, MONTH, Series

MANY = 10  # accounts that read the same person
REACHES = (1, 10, 72)  # hours: one, a night, three days


class Counts:
    """The accounts pass one by one, in any order; then the questions are answered."""

    def __init__(
        self,
        ceiling: Limit | None,
        alarms: Sequence[Limit],
        rules: Sequence[Rule],
        population: str,
    ) -> None:
        self.accounts = Accounts()
        self._population = population
        self._ceiling = ceiling
        self._peers = Peers()
        self._hosts = Hosts()
        self._readers = Readers()
        self._spreads = {seconds: Spread(seconds, ceiling) for seconds in (HOUR, DAY, MONTH)}
        if ceiling and ceiling.seconds not in self._spreads:
            self._spreads[ceiling.seconds] = Spread(ceiling.seconds, ceiling)
        self._alarms = [(alarm, Trial(rule_of(alarm))) for alarm in alarms]
        self._rules = [Trial(rule) for rule in rules]

    def add(self, series: Series) -> None:
        """Count an account in."""
        over = sum(spread.add(series) for spread in self._spreads.values())
        usual = level(series.day_people)
        suspected = self._peers.add(series, usual)
        self.accounts.add(series, over, self._peers if suspected else None)
        for _, tried in self._alarms:
            tried.add(series)
        for tried in self._rules:
            if not tried.rule.refused:
                tried.add(series)
        self._readers.add(series.everybody, series.halvings)
        self._hosts.offer(series, band(usual))

    @property
    def median(self) -> int:
        """What half of all days of accounts do not exceed."""
        return quantiles(self._peers.days, (50_000,))[0]

    def distributions(self) -> tuple[ReadingDistribution, ...]:
        """The figures of each window."""
        return tuple(each.distribution(self._population) for each in self._spreads.values())

    def named(self) -> tuple[tuple[int, AccountReading], ...]:
        """The accounts that stand out."""
        return self.accounts.readings(self._peers.standouts(), self.median)

    def people(self) -> PeopleReading:
        """Who was read by many."""
        readers = self._readers
        return PeopleReading(readers.people(), MANY, readers.people(MANY), readers.most)

    def dormancy(self) -> Dormancy:
        """Who slept."""
        accounts = self.accounts
        return Dormancy(accounts.seen, SLEPT, accounts.woken, accounts.longest)

    @cached_property
    def alarm_trials(self) -> tuple[AlarmTrial, ...]:
        """The declared alarms."""
        return tuple(
            AlarmTrial(
                alarm.people,
                alarm.seconds,
                tried.fired,
                tried.accounts,
                tried.first,
                self._tried(tried.rule),
                key=alarm.text,
            )
            for alarm, tried in self._alarms
        )

    @cached_property
    def rule_trials(self) -> tuple[RuleTrial, ...]:
        """The rules handed over."""
        return tuple(
            RuleTrial(
                tried.rule.kind,
                Unknown(Reason.NO_COLLECTOR, tried.rule.refused) if tried.rule.refused else True,
                tried.rule.least,
                tried.rule.seconds,
                tried.fired,
                tried.accounts,
                tried.first,
                () if tried.rule.refused else self._tried(tried.rule),
                key=tried.rule.name,
            )
            for tried in self._rules
        )

    def _tried(self, rule: Rule) -> tuple[Tried, ...]:
        host = self._hosts.nearest(self.median)
        return tuple(trial(pattern, rule, host) for pattern in PATTERNS) if host else ()

    def curve(self) -> ReadingCurve:
        """What a report draws."""
        curves = tuple(spread.curve() for spread in self._spreads.values())
        trials = [each.trials for each in self.alarm_trials if each.trials]
        trials += [each.trials for each in self.rule_trials if each.trials]
        return ReadingCurve(
            curves,
            curve(),
            tuple(map(self._reach, REACHES)),
            len(self._alarms) + sum(not tried.rule.refused for tried in self._rules),
            tuple(min(each, key=_soonest) for each in zip(*trials, strict=True)),
        )

    def _reach(self, hours: int) -> Reach:
        """What one account can read in so many hours: the ceiling's windows, or rare ones, full."""
        limit = self._ceiling
        if limit is not None:
            return Reach(hours, limit.people * -(-hours * HOUR // limit.seconds), "ceiling")
        hourly, daily = (self._spreads[seconds].people for seconds in (HOUR, DAY))
        hour, day = quantiles(hourly, (99_000,))[0], quantiles(daily, (99_000,))[0]
        return Reach(hours, min(hours * hour, -(-hours // 24) * day), "p99")


def _soonest(tried: Tried) -> tuple[bool, int]:
    return tried.minutes is None, tried.minutes or 0


def moment(seconds: int) -> datetime:
    """A moment of a log."""
    return datetime.fromtimestamp(seconds, UTC)
