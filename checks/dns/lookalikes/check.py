from rempart.check import Figure, Result, Severity, verdict
from rempart.observations.dns import LookalikeSurvey


def check(survey: LookalikeSurvey) -> Result:
    names = ", ".join(survey.registered)
    facts: dict[str, Figure] = {"names": names or "-", "mail": ", ".join(survey.mail) or "-"}
    counts: dict[str, Figure] = {"asked": survey.asked}
    return verdict(
        not survey.registered,
        names or "none registered",
        survey,
        facts=facts,
        counts=counts,
        severity=None if survey.mail else Severity.LOW,
    )
