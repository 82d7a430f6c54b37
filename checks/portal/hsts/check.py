from rempart.check import Result, verdict
from rempart.judge.yardsticks import HstsAge
from rempart.observations.http import Hsts

SUBDOMAINS = "includeSubDomains"


def check(answers: tuple[Hsts, ...], yardstick: HstsAge) -> Result:
    short = [answer for answer in answers if lacks(answer, yardstick)]
    weakest = min(short or answers, key=lambda answer: answer.max_age or 0)
    lacking = lacks(weakest, yardstick)
    seen = f"{weakest.header or 'no Strict-Transport-Security'} on {weakest.key}"
    facts: dict[str, int | str] = {"asked": yardstick.min_seconds, "path": weakest.key}
    if weakest.max_age is not None and lacking != SUBDOMAINS:
        facts["max_age"] = weakest.max_age
    return verdict(
        not short,
        f"{seen} without {SUBDOMAINS}" if lacking == SUBDOMAINS else seen,
        weakest,
        of="/",
        facts=facts,
    )


def lacks(answer: Hsts, yardstick: HstsAge) -> str:
    if answer.max_age is None or answer.max_age < yardstick.min_seconds:
        return "max-age"
    return SUBDOMAINS if yardstick.subdomains and not answer.include_subdomains else ""
