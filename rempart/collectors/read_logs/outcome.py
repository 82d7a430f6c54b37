"""What was read and measured, as observations: counts, and accounts under their pseudonyms."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, TypeVar

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.read_logs.pseudonyms import pseudonym
from rempart.collectors.read_logs.reader import Facts
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.reading import (
    ClockFacts,
    LogCoverage,
)
from rempart.reading.batch import Measured

MOST: Final = 50  # accounts of one log that are told apart
O = TypeVar("O", bound=Observation)  # noqa: E741


def observations(
    facts: Facts, measured: Measured, *, source: str, zone: str
) -> Iterator[Observation]:
    """Everything there is to say of one log."""
    whole = _whole(facts)

    def placed(one: O, key: str) -> O:
        return replace(one, key=key, source=source, whole=whole)  # type: ignore[call-arg]

    yield placed(_coverage(facts, measured), "")
    yield placed(_clock(facts, zone), "")
    for distribution in measured.distributions:
        yield placed(distribution, distribution.key)
    for hashed, account in measured.accounts[:MOST]:
        yield placed(account, pseudonym(hashed))
    yield placed(measured.people, "")
    yield placed(measured.dormancy, "")
    yield placed(measured.sign_ins, "")
    for alarm in measured.alarms:
        yield placed(alarm, alarm.key)
    for rule in measured.rules:
        yield placed(rule, rule.key)
    yield placed(measured.curve, "")


def _whole(facts: Facts) -> Seen[bool]:
    if not facts.missed:
        return True
    reason, _ = facts.missed[0]
    details = "; ".join(dict.fromkeys(detail for _, detail in facts.missed))
    return Unknown(Reason(reason), clean(details))


def _coverage(facts: Facts, measured: Measured) -> LogCoverage:
    first, last = measured.first, measured.last
    return LogCoverage(
        format=facts.format,
        guessed=facts.guessed,
        files=facts.files,
        size=facts.size,
        lines=facts.lines,
        unread=facts.unread,
        overlong=facts.overlong,
        reads=facts.reads,
        named=facts.named,
        without_account=facts.without_account,
        without_person=facts.without_person,
        without_time=facts.without_time,
        hashed=facts.hashed,
        accounts=measured.seen,
        first=first,
        last=last,
        days=(last - first).days if first and last else 0,
        silences=measured.silences,
        urls=facts.urls,
        exposed=facts.exposed,
    )


def _clock(facts: Facts, zone: str) -> ClockFacts:
    return ClockFacts(
        lines=facts.timed,
        backwards=facts.backwards,
        farthest=facts.farthest,
        ahead=facts.ahead,
        zoned=facts.zoned,
        unzoned=facts.unzoned,
        zones=tuple(clean(each) for each in facts.zones),
        zone=zone,
    )
