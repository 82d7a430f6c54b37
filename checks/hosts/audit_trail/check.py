from rempart.check import Figure, Result, all_of, verdict
from rempart.observations.services import AuditTrail


def check(trail: AuditTrail) -> Result:
    facts: dict[str, Figure] = {"rules": trail.rules} if isinstance(trail.rules, int) else {}
    good = all_of(trail.daemon == True, trail.enabled >= 1, trail.rules >= 1)  # noqa: E712
    word = "runs" if trail.daemon is True else "does not run"
    return verdict(good, f"auditd {word}, {trail.rules} rules", trail, facts=facts)
