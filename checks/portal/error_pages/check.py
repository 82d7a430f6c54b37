from rempart.check import Figure, Result, Severity, verdict
from rempart.observations.http import ErrorPage


def check(page: ErrorPage) -> Result:
    words = ", ".join(page.shows)
    facts: dict[str, Figure] = {"asked": page.key, "status": page.status, "shown": words or "-"}
    debugging = any("debugging" in one for one in page.shows)
    lower = None if debugging else Severity.MEDIUM
    seen = f"{page.status}: {words or 'nothing of the inside'}"
    return verdict(not page.shows, seen, page, facts=facts, severity=lower)
