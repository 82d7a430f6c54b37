from rempart.check import Figure, Result, Severity, all_of, negated, spoken, verdict
from rempart.observations.exposure import Workload


def check(workload: Workload) -> Result:
    shut = workload.reaches == ()
    rootless = negated(workload.as_root == True)  # noqa: E712  (three-valued)
    root = spoken(workload.as_root)
    facts: dict[str, Figure] = {"reaches": spoken(workload.reaches), "root": root}
    severity = Severity.LOW if shut is True else None  # root alone is one step of several
    seen = f"ways out: {facts['reaches']}; as root: {root}"
    return verdict(all_of(shut, rootless), seen, workload, facts=facts, severity=severity)
