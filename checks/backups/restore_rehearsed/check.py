from datetime import date

from rempart.check import Figure, Reason, Result, notchecked, verdict
from rempart.observations.backups import Restore


def check(restore: Restore, *, max_days: int = 183) -> Result:
    if not restore.on:
        words = "the inventory does not say when a restore was last rehearsed (`restored`)"
        return notchecked(Reason.UNRESOLVED, words, restore)
    days = (restore.taken.date() - date.fromisoformat(restore.on)).days
    facts: dict[str, Figure] = {"on": restore.on, "max_days": max_days}
    counts: dict[str, Figure] = {"days": days}
    seen = f"restored on {restore.on}"
    return verdict(0 <= days <= max_days, seen, restore, facts=facts, counts=counts)
