from rempart.check import Fact, Figure, Result, Unknown, all_of, verdict
from rempart.observations.services import Updates


def check(updates: Updates, *, list_days: int = 7) -> Result:
    waiting = updates.security
    if isinstance(waiting, Unknown) and isinstance(updates.pending, int):
        waiting = updates.pending  # a manager that tells no difference: none may wait
    restarted: Fact = updates.restart != True  # noqa: E712
    if isinstance(restarted, Unknown):
        restarted = True  # no note is kept there; what waits is judged all the same
    good = all_of(waiting == 0, updates.list_age_days <= list_days, restarted)
    facts: dict[str, Figure] = {}
    counts: dict[str, Figure] = {}
    if isinstance(waiting, int) and isinstance(updates.list_age_days, int):
        counts = {"waiting": waiting, "days": updates.list_age_days}
        facts = {"due": "/run/reboot-required" if updates.restart is True else "-"}
    seen = f"{waiting} security updates wait, the list is {updates.list_age_days} days old"
    return verdict(good, seen, updates, facts=facts, counts=counts)
