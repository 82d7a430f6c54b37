from rempart.check import Figure, Reason, Result, notchecked, verdict
from rempart.observations.volumes import LuksHeader


def check(header: LuksHeader, *, min_slots: int = 2, max_slots: int = 4) -> Result:
    if not header.slots:
        return notchecked(Reason.UNRESOLVED, "its key slots were not told", header)
    facts: dict[str, Figure] = {"slots": header.slots, "max_slots": max_slots}
    good = min_slots <= header.slots <= max_slots
    return verdict(good, f"{header.slots} key slots", header, facts=facts)
