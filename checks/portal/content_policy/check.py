from rempart.check import Figure, Result, Severity, notapplicable, verdict
from rempart.judge.csp import flaws, parsed
from rempart.observations.http import Page

SCRIPTS = frozenset({"script-src", "default-src"})
SHOWN = 6


def check(page: Page) -> Result:
    if page.kind != "login form":
        return notapplicable("no sign-in form on this page", page)
    sent = [value for name, value in page.headers if name == "content-security-policy"]
    policies = [policy for value in sent for policy in value.split(",") if policy.strip()]
    policies += [page.meta_policy] if page.meta_policy else []
    if not any(SCRIPTS & parsed(policy).keys() for policy in policies):
        return notapplicable("no policy for scripts to grade", page)
    found = flaws(policies)
    words = "; ".join(map(str, found[:SHOWN])) + ("; …" if len(found) > SHOWN else "")
    facts: dict[str, Figure] = {"page": page.key, "ways": words or "-"}
    worst = min((flaw.weight for flaw in found), default=0)
    lower = Severity.LOW if worst else None
    return verdict(not found, words or "nothing gets round it", page, facts=facts, severity=lower)
