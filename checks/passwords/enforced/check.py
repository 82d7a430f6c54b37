from rempart.check import Result, Severity, all_of, verdict
from rempart.observations.pam import PamChange


def check(change: PamChange) -> Result:
    if not change.quality:
        return verdict(False, "no module judges a new password", change, facts=_facts(change, "-"))
    warns = change.warns_only == False  # noqa: E712  (three-valued)
    enforced = change.enforced == True  # noqa: E712  (three-valued)
    final = change.refusal_counts == True  # noqa: E712  (three-valued)
    # nothing is set after a refusal, but only because pam_unix has no other password to set
    severity = Severity.LOW if all_of(warns, enforced) is True and final is False else None
    why = _why(warns is False, enforced is False, change.way)
    where = change.at("enforced")
    good = all_of(warns, enforced, final)
    return verdict(good, why, where, facts=_facts(change, why), severity=severity)


def _why(warned: bool, passed: bool, way: str) -> str:
    if warned:
        return "enforcing = 0: it warns and lets everything pass"
    if passed:
        return f"a refused password can be set: {way}" if way else "a refused password can be set"
    return "what it refuses is not set"


def _facts(change: PamChange, why: str) -> dict[str, str]:
    return {"module": change.quality or "-", "why": why}
