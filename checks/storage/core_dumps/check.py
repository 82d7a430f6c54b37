from rempart.check import Figure, Result, Severity, all_of, any_of, negated, spoken, verdict
from rempart.observations.volumes import CoreDumps


def check(cores: CoreDumps) -> Result:
    nowhere = negated(cores.kept == True)  # noqa: E712  (three-valued)
    safe = any_of(nowhere, cores.encrypted == True)  # noqa: E712
    ordinary = any_of(nowhere, cores.privileged == 0)
    facts: dict[str, Figure] = {
        "handler": spoken(cores.handler),
        "place": cores.place or "the folder of each process",
        "privileged": spoken(cores.privileged),
    }
    seen = f"{facts['handler']}, {facts['place']}, fs.suid_dumpable {facts['privileged']}"
    lesser = safe is True and ordinary is not True  # privileged, on an encrypted volume
    severity = Severity.LOW if lesser else None
    return verdict(all_of(safe, ordinary), seen, cores, facts=facts, severity=severity)
