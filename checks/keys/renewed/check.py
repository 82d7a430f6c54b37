from datetime import date

from rempart.check import Figure, Reason, Result, notchecked, verdict
from rempart.observations.keys import StoredKey


def check(key: StoredKey, *, max_days: int = 730) -> Result:
    if not key.made:
        return notchecked(Reason.UNRESOLVED, "nothing tells when it was made", key)
    days = (key.taken.date() - date.fromisoformat(key.made)).days
    facts: dict[str, Figure] = {"kind": key.kind, "made": key.made, "max_days": max_days}
    return verdict(
        days <= max_days, f"{key.kind} of {key.made}", key, facts=facts, counts={"days": days}
    )
