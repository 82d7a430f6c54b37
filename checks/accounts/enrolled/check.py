from collections.abc import Iterator

from rempart.check import Fact, Result, Severity, Unknown, all_of, negated, verdict
from rempart.judge.accounts import bounded
from rempart.observations.people import Enrolment


def check(enrolments: tuple[Enrolment, ...]) -> Iterator[Result]:
    missing = [one for one in enrolments if _without(one) is not False]
    missing.sort(key=lambda one: one.admin is False)  # administrators first
    yield from bounded(_told(one) for one in missing)
    if not missing:
        counted = len(enrolments)
        yield verdict(True, f"{counted} accounts, none without a token", enrolments[0].source)


def _without(one: Enrolment) -> Fact:
    return all_of(one.signs_in == True, negated(one.enrolled == True))  # noqa: E712


def _told(one: Enrolment) -> Result:
    without = _without(one)
    severity = Severity.MEDIUM if one.admin is False else None
    facts = {"account": one.key, "modules": ", ".join(one.modules)}
    good = without if isinstance(without, Unknown) else False
    return verdict(good, "no token is registered", one, facts=facts, severity=severity)
