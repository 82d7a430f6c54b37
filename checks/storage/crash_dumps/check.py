from rempart.check import Figure, Result, any_of, negated, verdict
from rempart.observations.volumes import CrashDumps


def check(crash: CrashDumps) -> Result:
    armed = crash.armed == True  # noqa: E712  (three-valued)
    safe = any_of(negated(armed), crash.encrypted == True)  # noqa: E712
    facts: dict[str, Figure] = {"target": crash.target, "remote": crash.remote}
    return verdict(safe, f"written to {crash.target}", crash, facts=facts)
