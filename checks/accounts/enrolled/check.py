from collections.abc import Iterator

from rempart.check import Result, Severity, Unknown, all_of, negated, verdict
from rempart.observations.people import Enrolment


def check(enrolments: tuple[Enrolment, ...]) -> Iterator[Result]:
    missing = 0
    for one in enrolments:
        without = all_of(one.signs_in == True, negated(one.enrolled == True))  # noqa: E712
        if without is False:
            continue
        missing += 1
        admin = one.admin == True  # noqa: E712  (three-valued)
        good = without if isinstance(without, Unknown) else False
        severity = Severity.MEDIUM if admin is False else None
        facts = {"account": one.key, "modules": ", ".join(one.modules)}
        yield verdict(good, "no token is registered", one, facts=facts, severity=severity)
    if not missing:
        counted = len(enrolments)
        yield verdict(True, f"{counted} accounts, none without a token", enrolments[0].source)
