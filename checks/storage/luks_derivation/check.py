from rempart.check import Figure, Reason, Result, Severity, notchecked, verdict
from rempart.observations.volumes import LuksHeader


def check(
    header: LuksHeader,
    *,
    min_memory_kib: int = 65_536,
    floor_memory_kib: int = 19_456,
    min_passes: int = 2,
    min_iterations: int = 600_000,
) -> Result:
    derivation, memory, turns = header.derivation, header.memory_kib, header.iterations
    facts: dict[str, Figure] = {"derivation": derivation, "memory_kib": memory, "turns": turns}
    seen = f"{derivation}, {memory} KiB" if memory else f"{derivation}, {turns} iterations"
    if derivation.startswith("argon2") and memory is not None:
        passes = header.passes if header.passes is not None else min_passes
        good = memory >= min_memory_kib and passes >= min_passes
        near = memory >= floor_memory_kib and passes >= min_passes
        severity = Severity.MEDIUM if near else Severity.HIGH
        return verdict(good, seen, header, facts=facts, severity=None if good else severity)
    if turns is None:
        return notchecked(Reason.UNRESOLVED, f"{derivation}: its cost was not told", header)
    severity = Severity.CRITICAL if turns < 10_000 else Severity.HIGH
    if turns >= 100_000:
        severity = Severity.MEDIUM
    good = turns >= min_iterations
    return verdict(good, seen, header, facts=facts, severity=None if good else severity)
